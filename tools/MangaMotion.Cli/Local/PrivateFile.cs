namespace MangaMotion.Cli.Local;

/// <summary>Files with secrets.</summary>
internal static class PrivateFile
{
    private const UnixFileMode PrivateFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Copies the files of a folder into another one, which is created. Copies nothing if the first one does not exist.</summary>
    public static void CopyFolder(string source, string target)
    {
        Directory.CreateDirectory(target, PrivateFolder);
        if (!Directory.Exists(source))
            return;
        foreach (var file in Directory.EnumerateFiles(source))
            Write(Path.Combine(target, Path.GetFileName(file)), File.ReadAllText(file));
    }

    /// <summary>Replaces a file atomically. Other users cannot read it at any time.</summary>
    public static void Write(string path, string text)
    {
        var next = path + ".new";
        File.Delete(next);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var file = new StreamWriter(next, options))
            file.Write(text);
        File.Move(next, path, overwrite: true);
    }
}
