using System.Globalization;

namespace MangaMotion.Media.Processes;

/// <summary>What <c>/proc</c> says about a child and its descendants (a sandboxed tool runs two levels below what was started).</summary>
internal static class ProcessTree
{
    private const double TicksPerSecond = 100;
    private const long PageBytes = 4096;

    /// <summary>Processor time that the living processes of the tree have used.</summary>
    public static TimeSpan Cpu(int root) => TimeSpan.FromSeconds(Tree(root).Sum(id => Field(id, 11) + Field(id, 12)) / TicksPerSecond);

    /// <summary>Resident bytes of the tree; shared pages count once for each process.</summary>
    public static long ResidentBytes(int root) => Tree(root).Sum(id => Field(id, 21)) * PageBytes;

    /// <summary>The process and its descendants, parents first.</summary>
    public static IEnumerable<int> Tree(int root)
    {
        yield return root;
        foreach (var id in Children(root).SelectMany(Tree))
            yield return id;
    }

    /// <summary>A child belongs to the thread that started it.</summary>
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
            return []; // the process has ended meanwhile
        }
    }

    /// <summary>A number of <c>/proc/ID/stat</c>, counted after the name in parentheses, the state being 0.</summary>
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
            return ""; // the process has ended meanwhile
        }
    }
}
