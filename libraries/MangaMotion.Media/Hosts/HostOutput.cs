using MangaMotion.Media.Images;
using MangaMotion.Media.Sniffing;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Hosts;

/// <summary>What a child has left in its directory for outputs.</summary>
internal sealed record HostOutput(string Tool, string Directory)
{
    /// <summary>Believes no answer: a picture is there, of its type and no link, before it is moved into the workspace.</summary>
    /// <param name="name">Of the variant that was asked for.</param>
    /// <param name="extension">Such as <c>jpg</c>.</param>
    public MediaFile TakePicture(Workspace workspace, string name, string extension, int width, int height)
    {
        var made = new FileInfo(Path.Combine(Directory, $"{name}.{extension}"));
        if (!made.Exists || made.LinkTarget is not null || MediaSniffer.SniffFile(made.FullName).Type is not { } type || type.Extension != extension)
            throw new ToolFailedException(Tool, $"the file of variant '{name}' is missing or is no {extension}");

        var path = workspace.NewPath(extension);
        File.Move(made.FullName, path);
        return new MediaFile(name, path, type.Name, width, height, made.Length);
    }

    /// <summary>Moves a file of any content into the workspace; null where there is none.</summary>
    public string? TakeFile(Workspace workspace, string name)
    {
        var made = new FileInfo(Path.Combine(Directory, name));
        if (!made.Exists || made.LinkTarget is not null)
            return null;

        var path = workspace.NewPath();
        File.Move(made.FullName, path);
        return path;
    }
}
