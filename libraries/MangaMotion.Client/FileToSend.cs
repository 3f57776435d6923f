namespace MangaMotion.Client;

/// <summary>File of a submission.</summary>
/// <param name="Open">Opens the content. Called once, when the file is sent; the client disposes the stream.</param>
public sealed record FileToSend(string Name, Func<Stream> Open)
{
    /// <summary>Names a file on disk by its file name.</summary>
    public static FileToSend FromDisk(string path) => new(Path.GetFileName(path), () => File.OpenRead(path));
}
