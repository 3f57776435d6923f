using MangaMotion.Media.Images;
using MangaMotion.Media.Sniffing;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Hosts;

/// <summary>Output files of a job in the directory of its media host. The media host is not trusted.</summary>
internal sealed record HostOutput(string Tool, string Directory)
{
    /// <summary>Moves a picture into the workspace, and checks that it has the type of its extension.</summary>
    /// <param name="name">Name of the variant.</param>
    /// <param name="extension">Extension, such as <c>jpg</c>.</param>
    public MediaFile TakePicture(Workspace workspace, string name, string extension, int width, int height)
    {
        if (Take(workspace, $"{name}.{extension}", extension) is not { } made
            || MediaSniffer.SniffFile(made.FullName).Type is not { } type || type.Extension != extension)
        {
            throw new ToolFailedException(Tool, $"the file of variant '{name}' is missing or is not a {extension}");
        }

        return new MediaFile(name, made.FullName, type.Name, width, height, made.Length);
    }

    /// <summary>Moves a file with any content into the workspace. Returns its path; null if it is missing or empty.</summary>
    /// <param name="maxBytes">Most bytes of the file: a hostile media host must not exhaust the memory of the worker that reads it.</param>
    public string? TakeFile(Workspace workspace, string name, long maxBytes = long.MaxValue)
    {
        var file = Take(workspace, name, extension: "");
        return file is null || file.Length <= maxBytes
            ? file?.FullName
            : throw new ToolFailedException(Tool, $"the file '{name}' has {file.Length} bytes; {maxBytes} are allowed");
    }

    /// <summary>
    /// Moves a file, then checks it: the media host still runs, and could change the file between check and move. Only regular files with
    /// content are accepted, because a link may lead out of the sandbox, and opening a pipe, which has no length, blocks.
    /// </summary>
    private FileInfo? Take(Workspace workspace, string name, string extension)
    {
        var made = Path.Combine(Directory, name);
        if (!File.Exists(made))
            return null;

        var moved = new FileInfo(workspace.NewPath(extension));
        File.Move(made, moved.FullName);
        return moved.LinkTarget is null && moved is { Exists: true, Length: > 0 } ? moved : null;
    }
}
