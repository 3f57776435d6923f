namespace MangaMotion.Cli.Local;

/// <summary>One kind of service, as <c>up</c> starts it.</summary>
/// <param name="Name">Name of the service, and of its process, log and port.</param>
/// <param name="Project">Project file, relative to the clone.</param>
/// <param name="Workers">Whether there may be several; the option is <c>--NAME-workers</c>.</param>
internal sealed record ServiceDefinition(string Name, string Project, bool Workers)
{
    /// <summary>The service that answers the API.</summary>
    public const string Api = "ingest";

    public static IReadOnlyList<ServiceDefinition> All { get; } =
    [
        new(Api, "services/ingest/MangaMotion.Ingest/MangaMotion.Ingest.csproj", Workers: false),
        new("thumbnail", "services/thumbnail/MangaMotion.Thumbnail/MangaMotion.Thumbnail.csproj", Workers: true),
        new("records", "services/records/MangaMotion.Records/MangaMotion.Records.csproj", Workers: true),
        new("video", "services/video-pipeline/MangaMotion.VideoPipeline/MangaMotion.VideoPipeline.csproj", Workers: true),
    ];

    /// <summary>The built program, relative to the clone.</summary>
    public string Assembly
    {
        get
        {
            var project = Path.GetFileNameWithoutExtension(Project);
            return $"artifacts/bin/{project}/release/{project}.dll";
        }
    }

    /// <summary>Names of the processes for this many workers.</summary>
    public IEnumerable<string> Instances(int count) => Workers ? Enumerable.Range(1, count).Select(x => $"{Name}-{x}") : [Name];
}
