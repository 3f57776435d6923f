using MangaMotion.Media.Images;
using MangaMotion.Media.Sniffing;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Hosts;

/// <summary>What a child has left in its directory for outputs.</summary>
internal sealed record HostOutput(string Tool, string Directory)
{
    /// <summary>Believes no answer: what was moved into the workspace is a picture, and of its type.</summary>
    /// <param name="name">Of the variant that was asked for.</param>
    /// <param name="extension">Such as <c>jpg</c>.</param>
    public MediaFile TakePicture(Workspace workspace, string name, string extension, int width, int height)
    {
        if (Take(workspace, $"{name}.{extension}", extension) is not { } made || MediaSniffer.SniffFile(made.FullName).Type is not { } type || type.Extension != extension)
            throw new ToolFailedException(Tool, $"the file of variant '{name}' is missing or is no {extension}");
        return new MediaFile(name, made.FullName, type.Name, width, height, made.Length);
    }

    /// <summary>Moves a file of any content into the workspace; null where there is none, or it is empty.</summary>
    /// <param name="most">Bytes that it may have; a worker's memory is not for a child to fill.</param>
    public string? TakeFile(Workspace workspace, string name, long most = long.MaxValue) => Take(workspace, name, extension: "") switch
    {
        { } taken when taken.Length > most => throw new ToolFailedException(Tool, $"the file '{name}' has {taken.Length} bytes, more than it can have"),
        var taken => taken?.FullName,
    };

    /// <summary>
    /// Moved first and looked at then: the child lives on, and could change it in between. Nothing but a file is taken: a link leads
    /// out of the sandbox, and whoever opens a pipe waits for ever. (A pipe has no length.)
    /// </summary>
    private FileInfo? Take(Workspace workspace, string name, string extension)
    {
        var made = Path.Combine(Directory, name);
        if (!File.Exists(made))
            return null;

        var taken = new FileInfo(workspace.NewPath(extension));
        File.Move(made, taken.FullName);
        return taken.LinkTarget is null && taken is { Exists: true, Length: > 0 } ? taken : null;
    }
}
