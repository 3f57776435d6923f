namespace MangaMotion.Cli.Local;

/// <summary>Files that hold keys.</summary>
internal static class PrivateFile
{
    /// <summary>Replaces the file at once; it was never readable for anybody else.</summary>
    public static void Write(string path, string text)
    {
        var next = path + ".new";
        File.Delete(next);
        using (var file = new StreamWriter(next, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            file.Write(text);
        File.Move(next, path, overwrite: true);
    }
}
