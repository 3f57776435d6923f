namespace MangaMotion.TestSupport;

/// <summary>Clone that contains these tests.</summary>
public static class Repository
{
    private static readonly string Root = FindRoot();

    /// <summary>Returns the absolute path of a file or folder of the clone.</summary>
    public static string PathOf(string relative) => Path.Combine(Root, relative);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "MangaMotion.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run from where they are built in a clone.");
        return folder.FullName;
    }
}
