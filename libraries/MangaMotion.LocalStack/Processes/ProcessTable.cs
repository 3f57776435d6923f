using System.Globalization;

namespace MangaMotion.LocalStack.Processes;

/// <summary>What <c>/proc</c> tells about processes.</summary>
internal static class ProcessTable
{
    /// <summary>The process, or null where none of this id runs; a zombie does not run.</summary>
    public static ProcessEntry? Find(int processId)
    {
        string stat;
        try
        {
            stat = File.ReadAllText($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/stat");
        }
        catch (IOException)
        {
            // It ended, perhaps between the open and the read.
            return null;
        }

        // The name in parentheses may itself hold spaces and parentheses; what follows the last one is plain.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[0] is "Z" or "X"
            ? null
            : new ProcessEntry(processId, Number(fields[1]), Number(fields[2]), fields[0] == "T", ulong.Parse(fields[19], CultureInfo.InvariantCulture));
    }

    /// <summary>The process, its group and all their descendants, the process first.</summary>
    public static IReadOnlyList<int> Tree(int root)
    {
        var all = All().ToList();
        var tree = new List<int> { root };
        tree.AddRange(all.Where(x => x.Group == root && x.Id != root).Select(x => x.Id));
        for (var i = 0; i < tree.Count; i++)
            tree.AddRange(all.Where(x => x.Parent == tree[i] && !tree.Contains(x.Id)).Select(x => x.Id));
        return tree;
    }

    private static IEnumerable<ProcessEntry> All() =>
        from folder in Directory.EnumerateDirectories("/proc")
        let name = Path.GetFileName(folder)
        where char.IsAsciiDigit(name[0])
        let entry = Find(Number(name))
        where entry is not null
        select entry;

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}

/// <param name="Frozen">Stopped by SIGSTOP.</param>
/// <param name="StartTicks">Clock ticks between boot and start: with the id it names a process for good, ids alone are used again.</param>
internal sealed record ProcessEntry(int Id, int Parent, int Group, bool Frozen, ulong StartTicks);
