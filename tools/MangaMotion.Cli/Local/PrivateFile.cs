namespace MangaMotion.Cli.Local;

/// <summary>Files with secrets.</summary>
internal static class PrivateFile
{
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
