using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.Console.Live;
using MangaMotion.Console.Sessions;

namespace MangaMotion.Console.Pages.Creator;

/// <summary>Regions of the page of one ingest.</summary>
internal static class IngestRegions
{
    public const string State = "ingest-state";
    public const string Failed = "ingest-failed";
    public const string Assets = "ingest-assets";

    /// <summary>Number of failed files that the page names.</summary>
    private const int MaxFailed = 50;

    public static async Task<IReadOnlyList<Region>> ReadAsync(
        MangaMotionClient client, Session session, string argument, CancellationToken cancellationToken)
    {
        var id = Guid.Parse(argument);
        var status = await client.GetIngestStatusAsync(id, cancellationToken: cancellationToken);
        return Create(status, await ReadFailedAsync(client, status, cancellationToken), session);
    }

    public static async Task<IReadOnlyList<JobSummary>> ReadFailedAsync(
        MangaMotionClient client, IngestStatus status, CancellationToken cancellationToken)
    {
        if (status.Progress.Failed == 0)
            return [];
        var query = new Dictionary<string, string>
        {
            ["q"] = $"{status.JobId}",
            ["status"] = JobStatuses.Failed,
            ["pageSize"] = $"{MaxFailed}",
        };
        return (await client.GetJobsAsync(query, cancellationToken)).Jobs;
    }

    public static IReadOnlyList<Region> Create(IngestStatus status, IReadOnlyList<JobSummary> failed, Session session) =>
    [
        Region.Of<IngestState>(State, (nameof(IngestState.Status), status), (nameof(IngestState.MaySubmit), session.MaySubmit)),
        Region.Of<IngestFailed>(
            Failed, (nameof(IngestFailed.Jobs), failed), (nameof(IngestFailed.Total), status.Progress.Failed),
            (nameof(IngestFailed.MaySubmit), session.MaySubmit)),
        Region.Of<IngestAssets>(Assets, (nameof(IngestAssets.Items), status.Assets)),
    ];
}
