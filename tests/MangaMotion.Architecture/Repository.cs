namespace MangaMotion.Architecture;

/// <summary>Projects and source of the clone that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Projects of the folders <c>contracts</c>, <c>libraries</c>, <c>services</c> and <c>hosts</c>.</summary>
    public static IReadOnlyList<SourceProject> Projects { get; } =
        [.. new[] { "contracts", "libraries", "services", "hosts" }.SelectMany(SourceProject.FindAll).OrderBy(
            project => project.Name, StringComparer.Ordinal)];

    public static IEnumerable<SourceProject> Contracts => Projects.Where(project => project.Kind == "contracts");

    public static IEnumerable<SourceProject> Libraries => Projects.Where(project => project.Kind == "libraries");

    public static IEnumerable<SourceProject> Services => Projects.Where(project => project.Kind == "services");

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    /// <summary>Finds files by their extension, without build outputs and state folders.</summary>
    /// <returns>Paths relative to the root.</returns>
    public static IEnumerable<string> FindFiles(params string[] extensions) => FindFiles(new DirectoryInfo(Root), extensions);

    private static IEnumerable<string> FindFiles(DirectoryInfo folder, string[] extensions) =>
        folder.EnumerateFiles().Where(file => extensions.Contains(file.Extension))
            .Select(file => Path.GetRelativePath(Root, file.FullName))
            .Concat(folder.EnumerateDirectories()
                .Where(child => !child.Name.StartsWith('.') && child.Name is not ("artifacts" or "bin" or "obj" or "node_modules"))
                .SelectMany(child => FindFiles(child, extensions)));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MangaMotion.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException(
            $"No folder above {AppContext.BaseDirectory} holds MangaMotion.sln: run the tests from where they are built in a clone.");
    }
}
