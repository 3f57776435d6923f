namespace MangaMotion.Architecture;

/// <summary>The clone that these tests were built from: its projects and their source.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Projects of the folders <c>contracts</c>, <c>libraries</c> and <c>services</c>.</summary>
    public static IReadOnlyList<SourceProject> Projects { get; } =
        [.. new[] { "contracts", "libraries", "services" }.SelectMany(SourceProject.FindAll).OrderBy(project => project.Name, StringComparer.Ordinal)];

    public static IEnumerable<SourceProject> Contracts => Projects.Where(project => project.Kind == "contracts");

    public static IEnumerable<SourceProject> Libraries => Projects.Where(project => project.Kind == "libraries");

    public static IEnumerable<SourceProject> Services => Projects.Where(project => project.Kind == "services");

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MangaMotion.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds MangaMotion.sln: run the tests from where they are built in a clone.");
    }
}
