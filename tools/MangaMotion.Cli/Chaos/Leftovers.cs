using System.Globalization;
using MangaMotion.Cli.Local;

namespace MangaMotion.Cli.Chaos;

/// <summary>Finds scratch files of jobs that have ended, and processes whose worker has ended.</summary>
internal sealed class Leftovers(Deployment deployment, string scratch)
{
    /// <summary>Prefix of the folders of media hosts, which stay between jobs.</summary>
    private const string SlotPrefix = "slot-";

    /// <summary>Lists them. No job may run.</summary>
    public IReadOnlyList<string> Find()
    {
        var workers = deployment.Services.Select(service => service.ProcessId).OfType<int>().ToHashSet();
        return [.. FindFiles(workers).Concat(FindProcesses())];
    }

    private IEnumerable<string> FindFiles(HashSet<int> workers)
    {
        // A worker's folder is PROCESS-ID, beside its lock.
        foreach (var folder in Directory.EnumerateDirectories(scratch))
        {
            var process = Path.GetFileName(folder).Split('-')[0];
            if (!int.TryParse(process, CultureInfo.InvariantCulture, out var worker) || !workers.Contains(worker))
            {
                yield return $"scratch folder of an ended process: {folder}";
                continue;
            }

            foreach (var entry in Directory.EnumerateFileSystemEntries(folder))
            {
                if (!Path.GetFileName(entry).StartsWith(SlotPrefix, StringComparison.Ordinal))
                    yield return $"scratch folder of an ended job: {entry}";
                else if (Directory.EnumerateFiles(entry, "*", SearchOption.AllDirectories).FirstOrDefault() is { } file)
                    yield return $"file of an ended job: {file}";
            }
        }
    }

    private IEnumerable<string> FindProcesses()
    {
        var living = deployment.Services.SelectMany(service => service.FindProcesses()).ToHashSet();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var process) && !living.Contains(process)
                && UsesScratch(folder))
                yield return $"process {process} without a worker: {Read(folder, "cmdline").Replace('\0', ' ').Trim()}";
        }
    }

    /// <summary>Whether a process was started with a scratch folder, works in one, or has a part of one mounted.</summary>
    private bool UsesScratch(string process)
    {
        try
        {
            return Read(process, "cmdline").Contains(scratch, StringComparison.Ordinal)
                || Link(process, "cwd").StartsWith(scratch, StringComparison.Ordinal)
                // The fourth field is the mounted part of the file system; a copy of all mounts has the whole.
                || Read(process, "mountinfo").Split('\n')
                    .Any(mount => mount.Contains(scratch, StringComparison.Ordinal) && mount.Split(' ')[3] != "/");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It has ended, or is another user's.
            return false;
        }
    }

    private static string Read(string process, string file) => File.ReadAllText(Path.Combine(process, file));

    private static string Link(string process, string file) => File.ResolveLinkTarget(Path.Combine(process, file), false)?.ToString() ?? "";
}
