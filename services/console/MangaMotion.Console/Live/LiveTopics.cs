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

    /// <summary>Finds the reader of a topic such as <c>ops</c> or <c>video:ID</c>; null if there is no such topic.</summary>
    public static RegionReader? Find(string topic) => Readers.GetValueOrDefault(topic.Split(':', 2)[0]);
}
