using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace MangaMotion.LocalStack;

/// <summary>Where a stack keeps its things: <c>run/</c> (pid files), <c>logs/</c>, <c>ports.json</c>, and the servers' data.</summary>
public sealed partial class StackFolder
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Passable = Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public StackFolder(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        Run = System.IO.Path.Combine(Path, "run");
        Logs = System.IO.Path.Combine(Path, "logs");
        Data = DataFolderOf(Path);
        Ports = new PortBook(System.IO.Path.Combine(Path, "ports.json"));
    }

    public string Path { get; }

    public string Run { get; }

    public string Logs { get; }

    /// <summary>Data of the servers, a folder for each; not always below <see cref="Path"/>.</summary>
    public string Data { get; }

    public PortBook Ports { get; }

    internal void Create()
    {
        Directory.CreateDirectory(Run);
        Directory.CreateDirectory(Logs);
        Directory.CreateDirectory(Data);
        // Servers that root starts run as other users, who must get to their own folder in it, whatever the umask.
        // For a folder that is somebody else's this throws.
        File.SetUnixFileMode(Data, Environment.IsPrivilegedProcess ? Passable : Private);
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

    private static string DataFolderOf(string path)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..16];
        if (Environment.IsPrivilegedProcess)
            return $"/var/lib/mangamotion/{hash}";
        // RabbitMQ hands its path to a shell, and hangs at a quote in it.
        return Plain().IsMatch(path) ? System.IO.Path.Combine(path, "data") : $"/var/tmp/mangamotion-{Environment.UserName}-{hash}";
    }

    [GeneratedRegex("^[A-Za-z0-9/._-]+$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Plain();
}
