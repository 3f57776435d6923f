namespace MangaMotion.Comics.Script;

/// <summary>
/// Names in English lines that were lettered in capitals. A word is known for a name where it follows a title or carries a Japanese
/// honorific, or where somebody is called by it ("Think, Mira.") and the chapter has it elsewhere without an article. What is not known
/// stays small: there is no list of names, and a wrong capital is worse than none.
/// </summary>
internal static class ProperNames
{
    /// <summary>Stand where names stand when somebody is called, and are none.</summary>
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "again", "alive", "all", "already", "alright", "always", "anyway", "baby", "back", "boss", "boy", "boys", "brother", "bye", "come", "dad", "darling", "dear", "die",
        "dude", "enough", "ever", "everybody", "everyone", "fast", "father", "fine", "folks", "friend", "friends", "gentlemen", "girl", "girls", "go", "good", "guys", "hello",
        "help", "here", "hey", "honey", "hurry", "idiot", "indeed", "kid", "kids", "ladies", "later", "listen", "look", "love", "man", "master", "maybe", "me", "men", "mom",
        "mother", "never", "no", "now", "nothing", "off", "oh", "ok", "okay", "one", "out", "please", "quick", "quickly", "really", "right", "run", "see", "sir", "sister",
        "slowly", "sometimes", "somehow", "son", "soon", "sorry", "still", "stop", "stupid", "sure", "sweetheart", "thanks", "that", "then", "there", "though", "today",
        "together", "tomorrow", "tonight", "too", "two", "three", "up", "wait", "well", "what", "why", "yeah", "yes", "yet", "you",
    };

    private static readonly HashSet<string> Articles = new(StringComparer.OrdinalIgnoreCase)
    {
        "a", "an", "the", "my", "your", "his", "her", "our", "their", "its", "this", "that", "these", "those", "some", "any", "no", "every", "very", "so", "too", "to",
    };

    private static readonly HashSet<string> Titles = new(StringComparer.OrdinalIgnoreCase) { "mr", "mrs", "ms", "dr", "prof" };

    private static readonly HashSet<string> Honorifics = new(StringComparer.OrdinalIgnoreCase) { "san", "kun", "chan", "sama", "senpai", "sensei" };

    /// <summary>The names of a chapter that stand without a title, too.</summary>
    /// <param name="lines">All its lines, in sentence case.</param>
    public static HashSet<string> Find(IReadOnlyCollection<string> lines)
    {
        var words = lines.SelectMany(In).ToLookup(word => word.Text, StringComparer.OrdinalIgnoreCase);
        return words
            .Where(places => places.Key.Length > 1 && !Words.Contains(places.Key)
                && (places.Any(word => word.Honoured) || (places.Any(word => word.Called) && places.Count() > 1 && !places.Any(word => Articles.Contains(word.Before)))))
            .Select(places => places.Key)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The line with capitals at the head of these names, of titles, and of what follows a title.</summary>
    public static string Write(string line, HashSet<string> names)
    {
        var letters = line.ToCharArray();
        foreach (var word in In(line))
        {
            if (word.Title || word.Titled || names.Contains(word.Text))
                letters[word.At] = char.ToUpperInvariant(letters[word.At]);
        }

        return new string(letters);
    }

    /// <param name="Before">The word before it, where there is nothing but a blank between them; else empty.</param>
    private readonly record struct Word(int At, string Text, string Before, bool Title, bool Titled, bool Honoured, bool Called);

    private static IEnumerable<Word> In(string line)
    {
        var (before, titled) = ("", false);
        for (int at = 0, end = 0, last = 0; at < line.Length; at = end + 1)
        {
            end = at;
            while (end < line.Length && (char.IsLetter(line[end]) || line[end] is '\'' or '’'))
                end++;
            if (end == at)
                continue;

            var text = line[at..end];
            var gap = line.AsSpan(last..at);
            var title = Titles.Contains(text) && line.AsSpan(end).StartsWith(". ", StringComparison.Ordinal) && end + 2 < line.Length && char.IsLetter(line[end + 2]);
            var called = text.Length > 2 && gap is ", " && (end == line.Length || line[end] is '.' or '!' or '?');
            yield return new Word(at, text, gap is " " ? before : "", title, titled && gap is ". ", Honorific(line.AsSpan(end)), called);
            (before, titled, last) = (text, title, end);
        }
    }

    private static bool Honorific(ReadOnlySpan<char> rest)
    {
        if (!rest.StartsWith('-'))
            return false;
        var end = 1;
        while (end < rest.Length && char.IsLetter(rest[end]))
            end++;
        return Honorifics.Contains(rest[1..end].ToString());
    }
}
