using System.Globalization;

namespace MangaMotion.Benchmarks;

/// <summary>What a process and those below it have used, read from <c>/proc</c>.</summary>
internal static class ProcessTree
{
    // What /proc counts in: USER_HZ, 100 on every Linux.
    private const double TicksPerSecond = 100;

    /// <summary>Processor seconds, user and system, of a process, its living descendants, and those it has reaped.</summary>
    public static double ProcessorSeconds(int root)
    {
        var children = Directory.EnumerateDirectories("/proc").Select(Read).OfType<Row>().ToLookup(row => row.Parent);
        var self = Read($"/proc/{root}");
        return (self is null ? 0 : TicksBelow(self, children)) / TicksPerSecond;
    }

    /// <summary>Ids of the living descendants of a process.</summary>
    public static IReadOnlyList<int> Descendants(int root)
    {
        var children = Directory.EnumerateDirectories("/proc").Select(Read).OfType<Row>().ToLookup(row => row.Parent, row => row.Id);
        var found = new List<int>(children[root]);
        for (var i = 0; i < found.Count; i++)
            found.AddRange(children[found[i]]);
        return found;
    }

    private static long TicksBelow(Row row, ILookup<int, Row> children) =>
        row.Ticks + children[row.Id].Sum(child => TicksBelow(child, children));

    /// <summary>The load average of the last minute: on a busy machine a figure says little without it.</summary>
    public static double LoadAverage() =>
        double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    private static Row? Read(string folder)
    {
        if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return null;
        try
        {
            // Pid and name come first; the name may hold blanks and parentheses.
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return new(id, int.Parse(
                fields[1], CultureInfo.InvariantCulture), fields[11..15].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)));
        }
        catch (IOException)
        {
            // Gone since it was listed.
            return null;
        }
    }

    private sealed record Row(int Id, int Parent, long Ticks);
}
