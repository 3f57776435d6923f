namespace MangaMotion.Media.Workspaces;

/// <summary>
/// One job's own directory, gone with all it holds when disposed. Put the input at <see cref="Input"/> (a link will do: tools
/// see it read-only); results are made beside it. Everything in it is named by us, never by the caller's file name.
/// </summary>
public sealed class Workspace : IAsyncDisposable
{
    private int _files;

    internal Workspace(string directory) => Location = directory;

    /// <summary>Absolute path.</summary>
    public string Location { get; }

    /// <summary>Where the job's input belongs; there is no file yet.</summary>
    public string Input => Path.Combine(Location, "input");

    /// <summary>A path for one more file or directory; nothing is there yet.</summary>
    public string NewPath(string extension = "") =>
        Path.Combine(Location, $"{Interlocked.Increment(ref _files)}{(extension.Length > 0 ? "." : "")}{extension}");

    /// <summary>An empty directory inside, for one run of a tool.</summary>
    public string NewDirectory() => WorkspaceRoot.Create(NewPath());

    public ValueTask DisposeAsync()
    {
        if (Directory.Exists(Location))
            Directory.Delete(Location, recursive: true);
        return ValueTask.CompletedTask;
    }
}
