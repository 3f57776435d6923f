namespace MangaMotion.Cli.Local;

/// <summary>Service that <c>up</c> starts.</summary>
/// <param name="Name">Name of the service, and of its process, log and port.</param>
/// <param name="Project">Project file, relative to the clone.</param>
/// <param name="Workers">True if several processes may run; their number is the option <c>--NAME-workers</c>.</param>
/// <param name="ClusterProcesses">Number of processes in a cluster, unless an option sets another.</param>
internal sealed record ServiceDefinition(string Name, string Project, bool Workers, int ClusterProcesses = 1)
{
    /// <summary>Name of the service with the API.</summary>
    public const string Api = "ingest";

    /// <summary>Name of the service with the web page.</summary>
    public const string Console = "console";

    /// <summary>One process that runs all services.</summary>
    public static ServiceDefinition AllInOne { get; } =
        new("all-in-one", "hosts/MangaMotion.AllInOne/MangaMotion.AllInOne.csproj", Workers: false);

    public static IReadOnlyList<ServiceDefinition> All { get; } =
    [
        new(Api, "services/ingest/MangaMotion.Ingest/MangaMotion.Ingest.csproj", Workers: false, ClusterProcesses: 2),
        new("thumbnail", "services/thumbnail/MangaMotion.Thumbnail/MangaMotion.Thumbnail.csproj", Workers: true, ClusterProcesses: 3),
        new("records", "services/records/MangaMotion.Records/MangaMotion.Records.csproj", Workers: true),
        new("video", "services/video-pipeline/MangaMotion.VideoPipeline/MangaMotion.VideoPipeline.csproj", Workers: true)
        {
            ClusterProcesses = 2,
        },
        new(Console, "services/console/MangaMotion.Console/MangaMotion.Console.csproj", Workers: false),
    ];

    /// <summary>Whether the process has the API.</summary>
    public bool HasApi => Name == Api || this == AllInOne;

    /// <summary>Whether the process has the web page.</summary>
    public bool HasConsole => Name == Console || this == AllInOne;

    /// <summary>Path of the built program, relative to the clone.</summary>
    public string Assembly
    {
        get
        {
            var project = Path.GetFileNameWithoutExtension(Project);
            return $"artifacts/bin/{project}/release/{project}.dll";
        }
    }

    /// <summary>Names the processes.</summary>
    /// <param name="count">Number of processes.</param>
    public IEnumerable<string> NameInstances(int count) =>
        Enumerable.Range(1, count).Select(number => Workers || number > 1 ? $"{Name}-{number}" : Name);
}
