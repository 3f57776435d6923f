namespace MangaMotion.Client;

public sealed partial class MangaMotionClient
{
    /// <summary>A page of jobs, newest first.</summary>
    /// <param name="query"><c>type</c>, <c>status</c>, <c>collection</c>, <c>q</c>, <c>pageSize</c>, <c>pageToken</c>.</param>
    public Task<JobList> GetJobsAsync(IReadOnlyDictionary<string, string>? query = null, CancellationToken cancellationToken = default) =>
        GetAsync<JobList>($"api/v1/jobs{QueryOf(query)}", cancellationToken);

    public Task<CollectionStatus> GetCollectionStatusAsync(string collection, CancellationToken cancellationToken = default) =>
        GetAsync<CollectionStatus>($"api/v1/collections/{Uri.EscapeDataString(collection)}/status", cancellationToken);

    public Task<JobStats> GetStatsAsync(CancellationToken cancellationToken = default) => GetAsync<JobStats>("api/v1/stats", cancellationToken);

    public Task<WorkerList> GetWorkersAsync(CancellationToken cancellationToken = default) => GetAsync<WorkerList>("api/v1/workers", cancellationToken);

    public Task<QueueList> GetQueuesAsync(CancellationToken cancellationToken = default) => GetAsync<QueueList>("api/v1/queues", cancellationToken);

    /// <summary>No worker takes from the queue any more, within seconds; jobs that run already end.</summary>
    public Task<QueueInfo> PauseQueueAsync(string name, CancellationToken cancellationToken = default) => ChangeQueueAsync(name, "pause", cancellationToken);

    public Task<QueueInfo> ResumeQueueAsync(string name, CancellationToken cancellationToken = default) => ChangeQueueAsync(name, "resume", cancellationToken);

    private async Task<QueueInfo> ChangeQueueAsync(string name, string change, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsync($"api/v1/queues/{Uri.EscapeDataString(name)}/{change}", content: null, cancellationToken);
        return await ReadAsync<QueueInfo>(response, cancellationToken);
    }
}
