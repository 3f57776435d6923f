using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Workspaces;

/// <summary>
/// The part of the scratch directory that belongs to this process: <c>SCRATCH/ID/</c>. The process keeps <c>SCRATCH/ID.lock</c> locked
/// while it lives. A new process deletes the directories of ended processes.
/// </summary>
public sealed class WorkspaceRoot : IHostedService, IDisposable
{
    private readonly FileStream _lock;
    private readonly ILogger<WorkspaceRoot> _log;

    public WorkspaceRoot(IOptions<MediaOptions> options, ILogger<WorkspaceRoot> log)
    {
        _log = log;
        var scratch = Path.GetFullPath(options.Value.ScratchDirectory);
        try
        {
            Directory.CreateDirectory(scratch);
            Sweep(scratch);

            // The file is locked before the directory exists, so that no other process finds the directory unlocked.
            var own = Path.Combine(scratch, $"{Environment.ProcessId}-{Guid.NewGuid():N}");
            _lock = new FileStream(own + ".lock", FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            Location = Create(own);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"The scratch directory {scratch} cannot be used ({exception.Message}); "
                + "set Media__ScratchDirectory to a folder that this user may write to.",
                exception);
        }
    }

    internal string Location { get; }

    /// <summary>Creates an empty workspace. Dispose it when the job has finished.</summary>
    /// <exception cref="IOException">The scratch directory is full or was deleted; a retry may help.</exception>
    public Workspace Create() => new(Create(Path.Combine(Location, Guid.NewGuid().ToString("N"))));

    /// <summary>Creates a directory that only this user may enter.</summary>
    internal static string Create(string path)
    {
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>Does nothing. As a hosted service, this class makes an unusable scratch directory stop the service at its start.</summary>
    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        if (Directory.Exists(Location))
            Directory.Delete(Location, recursive: true);
        _lock.Dispose();
    }

    /// <summary>Whether the name of a directory is that of a workspace root. The scratch directory may contain other files.</summary>
    private static bool IsWorkspaceRoot(string directory) =>
        Path.GetFileName(directory).Split('-') is [var process, var id]
        && int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out _) && Guid.TryParseExact(id, "N", out _);

    private void Sweep(string scratch)
    {
        foreach (var left in Directory.EnumerateDirectories(scratch).Where(IsWorkspaceRoot))
        {
            try
            {
                // The kernel releases the lock of a process when it ends.
                using var owner = new FileStream(
                    left + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
                Directory.Delete(left, recursive: true);
                _log.LogInformation("Deleted {Directory} of an ended process", left);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Its process lives, or another process deletes it at the same time.
            }
        }
    }
}
