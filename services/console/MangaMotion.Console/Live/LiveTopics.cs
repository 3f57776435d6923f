using MangaMotion.Client;
using MangaMotion.Console.Pages.Creator;
using MangaMotion.Console.Pages.Operator;
using MangaMotion.Console.Sessions;

namespace MangaMotion.Console.Live;

/// <summary>Reads the regions of a topic from the API.</summary>
/// <param name="argument">Part of the topic after the colon, such as an id.</param>
internal delegate Task<IReadOnlyList<Region>> RegionReader(
    MangaMotionClient client, Session session, string argument, CancellationToken cancellationToken);

/// <summary>Topics that a page can subscribe to.</summary>
internal static class LiveTopics
{
    private static readonly Dictionary<string, RegionReader> Readers = new(StringComparer.Ordinal)
    {
        ["video"] = VideoRegions.ReadAsync,
        ["videos"] = VideoCards.ReadRegionsAsync,
        ["ingest"] = IngestRegions.ReadAsync,
        ["ops"] = OverviewRegions.ReadAsync,
        ["queues"] = QueueRegions.ReadAsync,
        ["workers"] = WorkerRegions.ReadAsync,
        ["dead"] = DeadLetterRegions.ReadAsync,
        ["replay"] = ReplayRegions.ReadAsync,
    };

    /// <summary>Topics that name one thing by its id.</summary>
    private static readonly string[] TopicsWithId = ["video", "ingest", "replay"];

    /// <summary>Topics in words, for the answer to a request that names another.</summary>
    public static string Allowed { get; } =
        string.Join(", ", Readers.Keys.Select(name => TopicsWithId.Contains(name) ? $"{name}:ID" : name));

    /// <summary>Finds the reader of a topic such as <c>ops</c> or <c>video:ID</c>; null if there is no such topic.</summary>
    public static RegionReader? Find(string topic)
    {
        var parts = topic.Split(':', 2);
        var hasId = parts.Length == 2 && Guid.TryParse(parts[1], out _);
        return hasId || !TopicsWithId.Contains(parts[0]) ? Readers.GetValueOrDefault(parts[0]) : null;
    }
}
