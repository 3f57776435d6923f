namespace MangaMotion.Cli.Local;

/// <summary>Clone of the repository, and its state folder.</summary>
internal sealed class Clone
{
    private readonly string? _stack;

    private Clone(string root, string? stack = null) => (Root, _stack) = (root, stack);

    /// <summary>Whether this program is part of a clone, not of an installed package.</summary>
    public static bool HasProgram => FindRoot(AppContext.BaseDirectory) is not null;

    public string Root { get; }

    /// <summary>Folder for the files that commands write; ignored by git.</summary>
    public string State => Path.Combine(Root, ".mangamotion");

    /// <summary>State folder of the stack. <c>MANGAMOTION_STATE</c> names another folder, for a second stack of the same clone.</summary>
    public string Stack => _stack
        ?? (Environment.GetEnvironmentVariable("MANGAMOTION_STATE") is { Length: > 0 } folder ? Path.GetFullPath(folder) : State);

    /// <summary>Folder of the keys of the console's sessions.</summary>
    public string ConsoleKeys => Path.Combine(Stack, "console", "keys");

    /// <summary>Finds the clone that contains this program, else the one that contains the current folder.</summary>
    /// <exception cref="CommandException">Neither is in a clone.</exception>
    public static Clone Find()
    {
        var root = FindRoot(AppContext.BaseDirectory) ?? FindRoot(Environment.CurrentDirectory)
            ?? throw new CommandException("This command needs a clone of the repository. Change into one and run it again.");
        var clone = new Clone(root);
        Directory.CreateDirectory(clone.State);
        return clone;
    }

    /// <summary>The same clone with another state folder of the stack.</summary>
    public Clone WithStack(string folder) => new(Root, folder);

    /// <summary>Absolute path of a path relative to the root.</summary>
    public string this[string relative] => Path.Combine(Root, relative);

    private static string? FindRoot(string path)
    {
        for (var folder = new DirectoryInfo(path); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MangaMotion.sln")))
                return folder.FullName;
        }

        return null;
    }
}
