using MangaMotion.LocalStack;

namespace MangaMotion.Cli.Chaos;

/// <summary>Scratch folder of the workers on a small file system in memory of its own, so that it can be filled.</summary>
internal sealed class ScratchDisk(string folder)
{
    /// <summary>Size of the file system. The jobs of a run need a few MB of it.</summary>
    private const int Bytes = 256 << 20;

    private const int Block = 4096;

    private bool _mounted;

    /// <summary>Path of the scratch folder.</summary>
    public string Folder => folder;

    /// <summary>Whether the folder has a file system of its own. Only root may make one.</summary>
    public bool CanBeFilled => _mounted;

    private string Filler => Path.Combine(folder, "filler");

    /// <summary>Creates the folder, and mounts the file system if this user may do so.</summary>
    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (!Environment.IsPrivilegedProcess)
            return;
        // The folder is the name of the file system as well, so that it is found in the mounts of sandboxed processes.
        var (exitCode, _) = await Tool.CaptureAsync(
            "mount", ["-t", "tmpfs", "-o", $"size={Bytes},mode=0700", folder, folder], "/", cancellationToken);
        _mounted = exitCode == 0;
    }

    /// <summary>Takes all space that is free now.</summary>
    public void Fill()
    {
        using var filler = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in (int[])[Block << 8, Block])
        {
            var zeros = new byte[size];
            try
            {
                while (true)
                    filler.Write(zeros);
            }
            catch (IOException)
            {
                // No space left on device.
            }
        }
    }

    /// <summary>Frees the space.</summary>
    public void Clear() => File.Delete(Filler);

    /// <summary>Unmounts the file system. No process may use it any more.</summary>
    public async Task RemoveAsync()
    {
        if (!_mounted)
            return;
        var (exitCode, output) = await Tool.CaptureAsync("umount", [folder], "/", CancellationToken.None);
        if (exitCode != 0)
            throw new LocalServerException($"The scratch folder {folder} could not be unmounted: {output.Trim()}");
        _mounted = false;
    }
}
