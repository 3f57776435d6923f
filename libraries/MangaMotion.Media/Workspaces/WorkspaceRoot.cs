using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Workspaces;

/// <summary>
/// The part of the scratch directory that belongs to this process: <c>SCRATCH/ID/</c>, with <c>SCRATCH/ID.lock</c> held
/// locked while the process lives. What dead processes left behind is swept when a new one starts.
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

            // The lock is taken before the directory is there, so that no sweeper finds it unlocked.
            var own = Path.Combine(scratch, $"{Environment.ProcessId}-{Guid.NewGuid():N}");
            _lock = new FileStream(own + ".lock", FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            Location = Create(own);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The scratch directory {scratch} cannot be used ({exception.Message}); set Media__ScratchDirectory to a folder that this user may write to.", exception);
        }
    }

    internal string Location { get; }

    /// <summary>A new empty workspace; dispose it when the job is over.</summary>
    /// <exception cref="IOException">The scratch directory is full or gone; trying again may help.</exception>
    public Workspace Create() => new(Create(Path.Combine(Location, Guid.NewGuid().ToString("N"))));

    /// <summary>A directory that only this user may enter.</summary>
    internal static string Create(string path)
    {
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>A hosted service, so that a scratch directory of no use ends the service at its start, and not every job.</summary>
    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        if (Directory.Exists(Location))
            Directory.Delete(Location, recursive: true);
        _lock.Dispose();
    }

    /// <summary>By its name: the scratch directory may be one that others keep things in.</summary>
    private static bool IsOurs(string directory) =>
        Path.GetFileName(directory).Split('-') is [var process, var id]
        && int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out _) && Guid.TryParseExact(id, "N", out _);

    private void Sweep(string scratch)
    {
        foreach (var left in Directory.EnumerateDirectories(scratch).Where(IsOurs))
        {
            try
            {
                // The kernel lets go of a dead process's lock, whatever killed it.
                using var owner = new FileStream(left + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
                Directory.Delete(left, recursive: true);
                _log.LogInformation("Swept {Directory}, left behind by a process that is gone", left);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Its owner lives, or another process sweeps it at this moment.
            }
        }
    }
}
