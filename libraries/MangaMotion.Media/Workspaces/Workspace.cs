namespace MangaMotion.Media.Workspaces;

/// <summary>
/// Directory of one job, deleted with its content on disposal. The input is at <see cref="Input"/> and may be a link, because tools see it
/// read-only. Results are made beside it. The names of files never come from the caller.
/// </summary>
public sealed class Workspace : IAsyncDisposable
{
    private int _files;

    internal Workspace(string directory) => Location = directory;

    /// <summary>Absolute path of the directory.</summary>
    public string Location { get; }

    /// <summary>Path of the job's input. The job puts the file there.</summary>
    public string Input => Path.Combine(Location, "input");

    /// <summary>Makes up a path for one more file or directory, which does not exist yet.</summary>
    public string NewPath(string extension = "") =>
        Path.Combine(Location, $"{Interlocked.Increment(ref _files)}{(extension.Length > 0 ? "." : "")}{extension}");

    /// <summary>Creates an empty directory for one run of a tool.</summary>
    public string NewDirectory() => WorkspaceRoot.Create(NewPath());

    public ValueTask DisposeAsync()
    {
        if (Directory.Exists(Location))
            Directory.Delete(Location, recursive: true);
        return ValueTask.CompletedTask;
    }
}
