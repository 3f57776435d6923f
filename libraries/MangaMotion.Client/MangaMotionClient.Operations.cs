using MangaMotion.Api;

namespace MangaMotion.Client;

public sealed partial class MangaMotionClient
{
    /// <summary>Lists collections by name.</summary>
    public Task<CollectionList> GetCollectionsAsync(string? pageToken = null, CancellationToken cancellationToken = default) =>
        GetAsync<CollectionList>(
            pageToken is null ? "api/v1/collections" : $"api/v1/collections?pageToken={Uri.EscapeDataString(pageToken)}",
            cancellationToken);

    /// <summary>Reads the total over all ingests of a collection.</summary>
    public Task<CollectionStatus> GetCollectionStatusAsync(string collection, CancellationToken cancellationToken = default) =>
        GetAsync<CollectionStatus>($"api/v1/collections/{Uri.EscapeDataString(collection)}/status", cancellationToken);

    /// <summary>Reads throughput, error rates and latencies by job type.</summary>
    public Task<JobStats> GetStatsAsync(CancellationToken cancellationToken = default) =>
        GetAsync<JobStats>("api/v1/stats", cancellationToken);

    /// <summary>Reads statistics over time.</summary>
    /// <param name="query"><c>from</c>, <c>to</c>, <c>step</c> (<c>minute</c> or <c>hour</c>).</param>
    public Task<StatsSeries> GetStatsSeriesAsync(
        IReadOnlyDictionary<string, string>? query = null, CancellationToken cancellationToken = default) =>
        GetAsync<StatsSeries>($"api/v1/stats/series{WriteQuery(query)}", cancellationToken);

    /// <summary>Lists the workers of the last day.</summary>
    public Task<WorkerList> GetWorkersAsync(CancellationToken cancellationToken = default) =>
        GetAsync<WorkerList>("api/v1/workers", cancellationToken);

    /// <summary>Drains a worker: within seconds it takes no more jobs. Running jobs finish.</summary>
    /// <param name="id">Id of the worker, as <see cref="GetWorkersAsync"/> lists it.</param>
    public Task<WorkerInfo> DrainWorkerAsync(string id, CancellationToken cancellationToken = default) =>
        PostAsync<WorkerInfo>($"api/v1/workers/{Uri.EscapeDataString(id)}/drain", cancellationToken);

    /// <summary>Lifts the drain of a worker.</summary>
    public Task<WorkerInfo> ResumeWorkerAsync(string id, CancellationToken cancellationToken = default) =>
        PostAsync<WorkerInfo>($"api/v1/workers/{Uri.EscapeDataString(id)}/resume", cancellationToken);

    /// <summary>Lists the queues with their depths.</summary>
    public Task<QueueList> GetQueuesAsync(CancellationToken cancellationToken = default) =>
        GetAsync<QueueList>("api/v1/queues", cancellationToken);

    /// <summary>Reads the state of servers, outbox and services.</summary>
    public Task<SystemStatus> GetSystemAsync(CancellationToken cancellationToken = default) =>
        GetAsync<SystemStatus>("api/v1/system", cancellationToken);

    /// <summary>Reads how many workers of each kind the present load needs.</summary>
    public Task<ScalingAdvice> GetScalingAsync(CancellationToken cancellationToken = default) =>
        GetAsync<ScalingAdvice>("api/v1/scaling", cancellationToken);

    /// <summary>Pauses a queue: within seconds workers start no job from it. Running jobs finish.</summary>
    /// <param name="pause">Default: this queue, until it is resumed.</param>
    public Task<QueueInfo> PauseQueueAsync(string name, PauseQueue? pause = null, CancellationToken cancellationToken = default) =>
        PostJsonAsync<QueueInfo>($"api/v1/queues/{Uri.EscapeDataString(name)}/pause", pause ?? new(), cancellationToken);

    /// <summary>Resumes a paused queue.</summary>
    public Task<QueueInfo> ResumeQueueAsync(string name, ResumeQueue? resume = null, CancellationToken cancellationToken = default) =>
        PostJsonAsync<QueueInfo>($"api/v1/queues/{Uri.EscapeDataString(name)}/resume", resume ?? new(), cancellationToken);
}
