namespace MangaMotion.LocalStack.Tests;

/// <summary>Folder of one test that any user may enter. It is deleted when disposed.</summary>
internal sealed class Scratch : IDisposable
{
    public Scratch()
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(
                Path,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                    | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute | UnixFileMode.OtherRead);
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("mangamotion-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
