using System.Globalization;

namespace MangaMotion.LocalStack.Processes;

/// <summary>Reads processes from <c>/proc</c>.</summary>
internal static class ProcessTable
{
    /// <summary>Finds a process by its id; null if it does not run. A zombie does not run.</summary>
    public static ProcessEntry? Find(int processId)
    {
        string stat;
        try
        {
            stat = File.ReadAllText($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/stat");
        }
        catch (IOException)
        {
            // The process has ended, perhaps between the open and the read.
            return null;
        }

        // The name in parentheses can contain spaces and parentheses. The fields after the last parenthesis cannot.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[0] is "Z" or "X"
            ? null
            : new ProcessEntry(
                processId, ParseNumber(fields[1]), ParseNumber(fields[2]), fields[0] == "T",
                ulong.Parse(fields[19], CultureInfo.InvariantCulture));
    }

    /// <summary>Finds the process, the other processes of its group, and all descendants, in this order.</summary>
    public static IReadOnlyList<int> FindTree(int root)
    {
        var all = FindAll().ToList();
        var tree = new List<int> { root };
        tree.AddRange(all.Where(x => x.Group == root && x.Id != root).Select(x => x.Id));
        for (var i = 0; i < tree.Count; i++)
            tree.AddRange(all.Where(x => x.Parent == tree[i] && !tree.Contains(x.Id)).Select(x => x.Id));
        return tree;
    }

    private static IEnumerable<ProcessEntry> FindAll() =>
        from folder in Directory.EnumerateDirectories("/proc")
        let name = Path.GetFileName(folder)
        where char.IsAsciiDigit(name[0])
        let entry = Find(ParseNumber(name))
        where entry is not null
        select entry;

    private static int ParseNumber(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>Process in the process table.</summary>
/// <param name="Frozen">Whether the process is stopped by SIGSTOP.</param>
/// <param name="StartTicks">Clock ticks between boot and start. Together with the id it identifies a process; ids alone are reused.</param>
internal sealed record ProcessEntry(int Id, int Parent, int Group, bool Frozen, ulong StartTicks);
