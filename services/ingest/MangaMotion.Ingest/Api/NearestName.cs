namespace MangaMotion.Ingest.Api;

/// <summary>Finds the name that a caller probably meant.</summary>
internal static class NearestName
{
    /// <summary>Largest number of edits; more of them make another word.</summary>
    private const int MaxDistance = 3;

    private const int MaxLength = 50;

    /// <summary>Sentence that names the nearest known name, with a space before it; empty if none is near.</summary>
    public static string Suggest(string name, IEnumerable<string> known)
    {
        var nearest = known.Select(candidate => (Name: candidate, Distance: Distance(name.ToLowerInvariant(), candidate)))
            .OrderBy(candidate => candidate.Distance)
            .FirstOrDefault(candidate => candidate.Distance <= Math.Min(MaxDistance, candidate.Name.Length / 2));
        return nearest.Name is null ? "" : $" Did you mean '{nearest.Name}'?";
    }

    /// <summary>Cuts a name for a message.</summary>
    public static string Shorten(string name) => name.Length <= MaxLength ? name : $"{name[..MaxLength]}…";

    /// <summary>Number of insertions, deletions and replacements between two words (Levenshtein, 1965).</summary>
    private static int Distance(string from, string to)
    {
        if (from.Length > MaxLength)
            return int.MaxValue;
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
