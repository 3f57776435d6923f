using MangaMotion.Client;
using MangaMotion.Console.Live;
using MangaMotion.Console.Sessions;

namespace MangaMotion.Console.Pages.Operator;

/// <summary>Region of the page with the groups of dead letters.</summary>
internal static class DeadLetterRegions
{
    public const string Id = "dead";

    public static async Task<IReadOnlyList<Region>> ReadAsync(
        MangaMotionClient client, Session session, string argument, CancellationToken cancellationToken)
    {
        var query = argument.Length == 0 ? "pageSize=50" : $"fingerprint={Uri.EscapeDataString(argument)}";
        var groups = (await client.GetFailedJobGroupsAsync(query, cancellationToken)).Groups ?? [];
        return [Region.Of<DeadLetterGroups>(
            Id, (nameof(DeadLetterGroups.Groups), groups), (nameof(DeadLetterGroups.MayOperate), session.MayOperate))];
    }
}
