using MangaMotion.Client;
using MangaMotion.Console.Live;
using MangaMotion.Console.Sessions;

namespace MangaMotion.Console.Pages.Operator;

/// <summary>Region of the page with the workers.</summary>
internal static class WorkerRegions
{
    public const string Id = "workers";

    public static async Task<IReadOnlyList<Region>> ReadAsync(
        MangaMotionClient client, Session session, string argument, CancellationToken cancellationToken) =>
        [Region.Of<WorkerTable>(Id, (nameof(WorkerTable.Workers), (await client.GetWorkersAsync(cancellationToken)).Workers))];
}
