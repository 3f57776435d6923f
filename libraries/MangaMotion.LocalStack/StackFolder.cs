using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace MangaMotion.LocalStack;

/// <summary>State folder of a stack: <c>run/</c> (pid files), <c>logs/</c>, <c>ports.json</c>, and the servers' data.</summary>
public sealed partial class StackFolder
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Traversable = Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public StackFolder(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        Run = System.IO.Path.Combine(Path, "run");
        Logs = System.IO.Path.Combine(Path, "logs");
        Data = ChooseDataFolder(Path);
        Ports = new PortBook(System.IO.Path.Combine(Path, "ports.json"));
    }

    public string Path { get; }

    public string Run { get; }

    public string Logs { get; }

    /// <summary>Folder with one data folder for each server. It can be outside <see cref="Path"/>.</summary>
    public string Data { get; }

    public PortBook Ports { get; }

    internal void Create()
    {
        Directory.CreateDirectory(Run);
        Directory.CreateDirectory(Logs);
        Directory.CreateDirectory(Data);
        // Servers started by root run as other users, who must reach their data folder independent of the umask.
        // This throws if another user owns the folder.
        File.SetUnixFileMode(Data, Environment.IsPrivilegedProcess ? Traversable : Private);
    }

    /// <summary>Deletes everything, including data. No server of the stack may run.</summary>
    internal void Wipe()
    {
        foreach (var folder in (string[])[Data, Run, Logs])
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }

        Ports.DeleteFile();
    }

    private static string ChooseDataFolder(string path)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..16];
        if (Environment.IsPrivilegedProcess)
            return $"/var/lib/mangamotion/{hash}";
        // RabbitMQ passes the path to a shell, which waits forever at a quote in it.
        return IsPlainPath().IsMatch(path) ? System.IO.Path.Combine(path, "data") : $"/var/tmp/mangamotion-{Environment.UserName}-{hash}";
    }

    [GeneratedRegex("^[A-Za-z0-9/._-]+$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex IsPlainPath();
}
