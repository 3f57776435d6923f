using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.Console.Live;
using MangaMotion.Console.Sessions;

namespace MangaMotion.Console.Pages.Operator;

/// <summary>Figures of the overview, read together.</summary>
public sealed record OverviewFigures(
    IReadOnlyList<FailedJobGroup> OpenGroups, IReadOnlyList<QueueInfo> Queues, IReadOnlyList<WorkerInfo> Workers, JobStats Stats,
    SystemStatus System);

/// <summary>Region of the overview.</summary>
internal static class OverviewRegions
{
    public const string Id = "overview";

    public static async Task<IReadOnlyList<Region>> ReadAsync(
        MangaMotionClient client, Session session, string argument, CancellationToken cancellationToken)
    {
        var groups = client.GetFailedJobGroupsAsync("status=open&pageSize=10", cancellationToken);
        var queues = client.GetQueuesAsync(cancellationToken);
        var workers = client.GetWorkersAsync(cancellationToken);
        var stats = client.GetStatsAsync(cancellationToken);
        var system = client.GetSystemAsync(cancellationToken);
        await Task.WhenAll(groups, queues, workers, stats, system);
        var figures = new OverviewFigures(
            (await groups).Groups ?? [], (await queues).Queues, (await workers).Workers, await stats, await system);
        return [Region.Of<OverviewView>(Id, (nameof(OverviewView.Figures), figures)), PauseBanner.CreateRegion(figures.Queues)];
    }
}
