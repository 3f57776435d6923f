using MangaMotion.Client;
using MangaMotion.Console.Live;
using MangaMotion.Console.Sessions;

namespace MangaMotion.Console.Pages.Operator;

/// <summary>Region of the page of one replay.</summary>
internal static class ReplayRegions
{
    public const string Id = "replay";

    public static async Task<IReadOnlyList<Region>> ReadAsync(
        MangaMotionClient client, Session session, string argument, CancellationToken cancellationToken) =>
        [Region.Of<ReplayView>(Id, (nameof(ReplayView.Replay), await client.GetReplayAsync(Guid.Parse(argument), cancellationToken)))];
}
