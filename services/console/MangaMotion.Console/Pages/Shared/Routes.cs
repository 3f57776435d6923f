namespace MangaMotion.Console.Pages.Shared;

/// <summary>Paths of the console.</summary>
internal static class Routes
{
    public const string Login = "/login";
    public const string Videos = "/videos";
    public const string New = "/new";
    public const string Ingests = "/ingests";
    public const string Failures = "/failures";
    public const string Overview = "/ops";
    public const string Jobs = "/ops/jobs";
    public const string DeadLetters = "/ops/dead";
    public const string Replays = "/ops/replays";
    public const string Queues = "/ops/queues";
    public const string Workers = "/ops/workers";
    public const string Statistics = "/ops/stats";
    public const string Webhooks = "/ops/webhooks";
    public const string Keys = "/ops/keys";
    public const string Audit = "/ops/audit";

    public static string Video(Guid id) => $"{Videos}/{id}";

    public static string Ingest(Guid id) => $"{Ingests}/{id}";

    /// <summary>Path of the cast of a collection.</summary>
    public static string Cast(string collection) => $"/collections/{Uri.EscapeDataString(collection)}/cast";

    public static string Job(Guid id) => $"{Jobs}/{id}";

    /// <summary>Path of a result file of a video, relayed by the console.</summary>
    public static string VideoFile(Guid id, string variant) => $"/media/videos/{id}/{variant}";

    public static string AssetFile(Guid id, string variant) => $"/media/assets/{id}/{variant}";

    /// <summary>Path of a picture, sound or video that the API names by its own path.</summary>
    public static string Media(string apiPath) =>
        $"/media{(apiPath.StartsWith("/api/v1", StringComparison.Ordinal) ? apiPath["/api/v1".Length..] : apiPath)}";

    /// <summary>Restricts a target from outside to a path of the console.</summary>
    public static string ToLocal(string? target) =>
        target is ['/', ..] && !target.StartsWith("//", StringComparison.Ordinal) && !target.Contains('\\') && !target.Any(char.IsControl)
            ? target
            : Videos;
}
