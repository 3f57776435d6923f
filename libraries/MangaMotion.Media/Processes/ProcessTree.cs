using System.Globalization;

namespace MangaMotion.Media.Processes;

/// <summary>
/// Reads facts about a process and its descendants from <c>/proc</c>. A sandboxed tool runs two levels below the started process.
/// </summary>
internal static class ProcessTree
{
    private const double TicksPerSecond = 100;
    private const long PageBytes = 4096;

    /// <summary>Sums the processor time of the living processes of the tree.</summary>
    public static TimeSpan Cpu(int root) => TimeSpan.FromSeconds(Tree(root).Sum(id => Field(id, 11) + Field(id, 12)) / TicksPerSecond);

    /// <summary>Sums the resident bytes of the tree. Shared pages count once for each process.</summary>
    public static long ResidentBytes(int root) => Tree(root).Sum(id => Field(id, 21)) * PageBytes;

    /// <summary>Lists the process and its descendants, parents first.</summary>
    public static IEnumerable<int> Tree(int root)
    {
        yield return root;
        foreach (var id in Children(root).SelectMany(Tree))
            yield return id;
    }

    /// <summary>Lists the children of all threads of a process.</summary>
    private static IEnumerable<int> Children(int parent)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{parent}/task")
                .SelectMany(thread => Read($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(id => int.Parse(id, CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return []; // the process has ended
        }
    }

    /// <summary>Reads a number of <c>/proc/ID/stat</c>. Fields are counted after the name in parentheses; the state has index 0.</summary>
    private static long Field(int id, int index)
    {
        var stat = Read($"/proc/{id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > index ? long.Parse(fields[index], CultureInfo.InvariantCulture) : 0;
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return ""; // the process has ended
        }
    }
}
