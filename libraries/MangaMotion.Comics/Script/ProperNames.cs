namespace MangaMotion.Comics.Script;

/// <summary>
/// Finds names in English lines that were lettered in capitals. A word is a name if it follows a title or carries a Japanese honorific. It
/// is also a name if someone is addressed by it ("Think, Mira.") and the chapter has it elsewhere without an article. Other words stay in
/// lower case: there is no list of names, and a wrong capital is worse than a missing one.
/// </summary>
internal static class ProperNames
{
    /// <summary>Words that take the place of a name when someone is addressed.</summary>
    private static readonly HashSet<string> AddressWords = CreateSet(
        """
        again alive all already alright always anyway baby back boss boy boys brother bye come dad darling dear die dude enough ever
        everybody everyone fast father fine folks friend friends gentlemen girl girls go good guys hello help here hey honey hurry idiot
        indeed kid kids ladies later listen look love man master maybe me men mom mother never no now nothing off oh ok okay one out
        please quick quickly really right run see sir sister slowly sometimes somehow son soon sorry still stop stupid sure sweetheart
        thanks that then there though today together tomorrow tonight too two three up wait well what why yeah yes yet you
        """);

    private static readonly HashSet<string> Articles =
        CreateSet("a an the my your his her our their its this that these those some any no every very so too to");

    private static readonly HashSet<string> Titles = CreateSet("mr mrs ms dr prof");

    private static readonly HashSet<string> Honorifics = CreateSet("san kun chan sama senpai sensei");

    /// <summary>Finds the names of a chapter that can stand without a title.</summary>
    /// <param name="lines">All lines of the chapter in sentence case.</param>
    public static HashSet<string> FindNames(IReadOnlyCollection<string> lines) => lines
        .SelectMany(ReadWords)
        .GroupBy(word => word.Text, StringComparer.OrdinalIgnoreCase)
        .Where(places => places.Key.Length > 1 && !AddressWords.Contains(places.Key) && IsName([.. places]))
        .Select(places => places.Key)
        .ToHashSet(StringComparer.OrdinalIgnoreCase);

    private static bool IsName(List<Word> places) => places.Exists(word => word.HasHonorific)
        || (places.Exists(word => word.IsAddress) && places.Count > 1 && !places.Exists(word => Articles.Contains(word.Before)));

    /// <summary>Capitalises these names, titles, and the words after titles.</summary>
    public static string CapitalizeNames(string line, HashSet<string> names)
    {
        var letters = line.ToCharArray();
        foreach (var word in ReadWords(line))
        {
            if (word.IsTitle || word.FollowsTitle || names.Contains(word.Text))
                letters[word.Start] = char.ToUpperInvariant(letters[word.Start]);
        }

        return new string(letters);
    }

    private static HashSet<string> CreateSet(string words) =>
        new(words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase);

    /// <summary>Word of a line and its context.</summary>
    /// <param name="Before">The word before it, if only a space separates them; otherwise empty.</param>
    private readonly record struct Word(int Start, string Text, string Before)
    {
        public bool IsTitle { get; init; }

        public bool FollowsTitle { get; init; }

        public bool HasHonorific { get; init; }

        public bool IsAddress { get; init; }
    }

    private static IEnumerable<Word> ReadWords(string line)
    {
        var before = default(Word);
        for (int start = 0, end = 0, last = 0; start < line.Length; start = end + 1)
        {
            end = start;
            while (end < line.Length && (char.IsLetter(line[end]) || line[end] is '\'' or '’'))
                end++;
            if (end == start)
                continue;

            var gap = line[last..start];
            var rest = line.AsSpan(end);
            var word = new Word(start, line[start..end], gap == " " ? before.Text ?? "" : "");
            word = word with
            {
                IsTitle = Titles.Contains(word.Text) && rest is ['.', ' ', var next, ..] && char.IsLetter(next),
                FollowsTitle = before.IsTitle && gap == ". ",
                HasHonorific = StartsWithHonorific(rest),
                IsAddress = word.Text.Length > 2 && gap == ", " && (rest.IsEmpty || rest[0] is '.' or '!' or '?'),
            };
            yield return word;
            (before, last) = (word, end);
        }
    }

    private static bool StartsWithHonorific(ReadOnlySpan<char> rest)
    {
        if (!rest.StartsWith('-'))
            return false;
        var end = 1;
        while (end < rest.Length && char.IsLetter(rest[end]))
            end++;
        return Honorifics.Contains(rest[1..end].ToString());
    }
}
