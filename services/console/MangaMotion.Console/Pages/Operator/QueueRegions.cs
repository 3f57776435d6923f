using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.Console.Live;
using MangaMotion.Console.Sessions;

namespace MangaMotion.Console.Pages.Operator;

/// <summary>Region of the page with the queues.</summary>
internal static class QueueRegions
{
    public const string Id = "queues";

    public static async Task<IReadOnlyList<Region>> ReadAsync(
        MangaMotionClient client, Session session, string argument, CancellationToken cancellationToken) =>
        Create((await client.GetQueuesAsync(cancellationToken)).Queues);

    private static IReadOnlyList<Region> Create(IReadOnlyList<QueueInfo> queues) =>
        [Region.Of<QueueTable>(Id, (nameof(QueueTable.Queues), queues)), PauseBanner.CreateRegion(queues)];
}
