using System.Security.Cryptography;
using System.Text;

namespace MangaMotion.LocalStack;

/// <summary>Where a stack keeps its things: <c>run/</c> (pid files), <c>logs/</c>, <c>ports.json</c>, and the servers' data.</summary>
public sealed class StackFolder
{
    // Servers that root starts run as other users, who may not be able to enter the folder of the stack.
    private const string SharedDataRoot = "/var/lib/mangamotion";

    public StackFolder(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        Run = System.IO.Path.Combine(Path, "run");
        Logs = System.IO.Path.Combine(Path, "logs");
        Data = Environment.IsPrivilegedProcess
            ? System.IO.Path.Combine(SharedDataRoot, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path)))[..16])
            : System.IO.Path.Combine(Path, "data");
        Ports = new PortBook(System.IO.Path.Combine(Path, "ports.json"));
    }

    public string Path { get; }

    public string Run { get; }

    public string Logs { get; }

    public string Data { get; }

    public PortBook Ports { get; }

    internal void Create()
    {
        Directory.CreateDirectory(Run);
        Directory.CreateDirectory(Logs);
        // Passable for the servers' users whatever the umask; each server's own folder below is closed.
        const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        if (Environment.IsPrivilegedProcess)
            Directory.CreateDirectory(SharedDataRoot, Passable);
        Directory.CreateDirectory(Data, Passable);
    }

    /// <summary>Removes everything, data included. No server of it may run.</summary>
    internal void Wipe()
    {
        foreach (var folder in (string[])[Data, Run, Logs])
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }

        Ports.Forget();
    }
}
