using MangaMotion.Api;

namespace MangaMotion.Client;

public sealed partial class MangaMotionClient
{
    /// <summary>Lists one page of jobs, newest first.</summary>
    /// <param name="query"><c>type</c>, <c>status</c>, <c>collection</c>, <c>q</c>, <c>pageSize</c>, <c>pageToken</c>.</param>
    public Task<JobList> GetJobsAsync(
        IReadOnlyDictionary<string, string>? query = null, CancellationToken cancellationToken = default) =>
        GetAsync<JobList>($"api/v1/jobs{WriteQuery(query)}", cancellationToken);

    /// <summary>Reads a job with its attempts.</summary>
    public Task<JobDetail> GetJobAsync(Guid id, CancellationToken cancellationToken = default) =>
        GetAsync<JobDetail>($"api/v1/jobs/{id}", cancellationToken);

    /// <summary>Cancels a job that is not finished.</summary>
    public Task<JobDetail> CancelJobAsync(Guid id, CancellationToken cancellationToken = default) =>
        PostAsync<JobDetail>($"api/v1/jobs/{id}/cancel", cancellationToken);

    /// <summary>Replays a FAILED or CANCELED job, with its attempts reset.</summary>
    public Task<JobDetail> ReplayJobAsync(Guid id, CancellationToken cancellationToken = default) =>
        PostAsync<JobDetail>($"api/v1/jobs/{id}/retry", cancellationToken);

    /// <summary>Yields the current state of a job, then its changes, until it is finished; see <see cref="WatchIngestAsync"/>.</summary>
    public IAsyncEnumerable<JobEvent> WatchJobAsync(
        Guid id, string? lastEventId = null, CancellationToken cancellationToken = default) =>
        new EventStream(http, $"api/v1/jobs/{id}/events", lastEventId).ReadAsync(cancellationToken);
}
