namespace MangaMotion.Cli.Local;

/// <summary>The clone of the repository that we work on, and its state folder.</summary>
internal sealed class Clone
{
    private Clone(string root) => Root = root;

    public string Root { get; }

    /// <summary>Everything that commands leave behind; ignored by git.</summary>
    public string State => Path.Combine(Root, ".mangamotion");

    /// <summary>What <c>up</c> runs keeps its state here: <c>MANGAMOTION_STATE</c> for one more stack of the same clone, else <see cref="State"/>.</summary>
    public string Stack => Environment.GetEnvironmentVariable("MANGAMOTION_STATE") is { Length: > 0 } folder ? Path.GetFullPath(folder) : State;

    /// <summary>The clone that holds this program, else the one around the current folder.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public static Clone Find()
    {
        var root = Above(AppContext.BaseDirectory) ?? Above(Environment.CurrentDirectory)
            ?? throw new CommandException("The local stack runs from a clone of the repository, and there is none here: change into one.");
        var clone = new Clone(root);
        Directory.CreateDirectory(clone.State);
        return clone;
    }

    /// <summary>Path of a file, given relative to the root.</summary>
    public string this[string relative] => Path.Combine(Root, relative);

    private static string? Above(string path)
    {
        for (var folder = new DirectoryInfo(path); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MangaMotion.sln")))
                return folder.FullName;
        }

        return null;
    }
}
