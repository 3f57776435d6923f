namespace MangaMotion.Comics.Lettering;

/// <summary>Sentence case for lettering in capitals, which voices would spell letter by letter.</summary>
internal static class SentenceCase
{
    /// <summary>
    /// Share of capital letters from which text counts as lettered in capitals. Chosen by hand; <c>LinesTests</c> holds it.
    /// </summary>
    private const double MostlyCapitals = 0.7;

    /// <summary>Converts text in capitals to sentence case. Returns any other text unchanged.</summary>
    public static string Convert(string text)
    {
        if (text.Count(char.IsUpper) < MostlyCapitals * text.Count(char.IsLetter))
            return text;

        var letters = text.ToLowerInvariant().ToCharArray();
        var startsSentence = true;
        for (var i = 0; i < letters.Length; i++)
        {
            if (char.IsLetterOrDigit(letters[i]))
            {
                if (startsSentence || IsPronoun(letters, i))
                    letters[i] = char.ToUpperInvariant(letters[i]);
                startsSentence = false;
            }
            else if (letters[i] is '!' or '?' || (letters[i] == '.' && !IsEllipsis(letters, i)))
            {
                startsSentence = true;
            }
        }

        return new string(letters);
    }

    /// <summary>Whether a dot is part of an ellipsis, which is a pause within a sentence.</summary>
    private static bool IsEllipsis(char[] letters, int at) =>
        (at > 0 && letters[at - 1] == '.') || (at + 1 < letters.Length && letters[at + 1] == '.');

    /// <summary>Whether a letter is the pronoun "I", also in "I'm".</summary>
    private static bool IsPronoun(char[] letters, int at) =>
        letters[at] == 'i' && (at == 0 || !char.IsLetterOrDigit(letters[at - 1]) && letters[at - 1] is not ('\'' or '’'))
        && (at + 1 == letters.Length || !char.IsLetterOrDigit(letters[at + 1]));
}
