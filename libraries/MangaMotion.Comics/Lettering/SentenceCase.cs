namespace MangaMotion.Comics.Lettering;

/// <summary>Comics are lettered in capitals, which voices spell and subtitles shout.</summary>
internal static class SentenceCase
{
    private const double MostlyCapitals = 0.7;

    /// <summary>Text in capitals as a sentence is written; any other text as it is.</summary>
    public static string Of(string text)
    {
        if (text.Count(char.IsUpper) < MostlyCapitals * text.Count(char.IsLetter))
            return text;

        var letters = text.ToLowerInvariant().ToCharArray();
        var starts = true;
        for (var i = 0; i < letters.Length; i++)
        {
            if (char.IsLetterOrDigit(letters[i]))
            {
                if (starts || IsAlone(letters, i))
                    letters[i] = char.ToUpperInvariant(letters[i]);
                starts = false;
            }
            else if (letters[i] is '!' or '?' || (letters[i] == '.' && !(i > 0 && letters[i - 1] == '.') && !(i + 1 < letters.Length && letters[i + 1] == '.')))
            {
                // Three dots are a pause within a sentence.
                starts = true;
            }
        }

        return new string(letters);
    }

    /// <summary>The pronoun, also in "I'm".</summary>
    private static bool IsAlone(char[] letters, int at) =>
        letters[at] == 'i' && (at == 0 || !char.IsLetterOrDigit(letters[at - 1]) && letters[at - 1] is not ('\'' or '’'))
        && (at + 1 == letters.Length || !char.IsLetterOrDigit(letters[at + 1]));
}
