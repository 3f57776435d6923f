using System.Net.Http.Json;

namespace MangaMotion.Client;

public sealed partial class MangaMotionClient
{
    /// <summary>A page of dead letters, newest first.</summary>
    /// <param name="query">Filters of the API, such as <c>status=open&amp;type=thumbnail</c>; values escaped.</param>
    public Task<FailedJobs> GetFailedJobsAsync(string query = "", CancellationToken cancellationToken = default) =>
        GetAsync<FailedJobs>($"api/v1/failed-jobs?{query}", cancellationToken);

    /// <summary>Dead letters by their cause.</summary>
    /// <inheritdoc cref="GetFailedJobsAsync"/>
    public Task<FailedJobs> GetFailedJobGroupsAsync(string query = "", CancellationToken cancellationToken = default) =>
        GetFailedJobsAsync($"group_by=fingerprint&{query}", cancellationToken);

    public Task<FailedJob> GetFailedJobAsync(Guid id, CancellationToken cancellationToken = default) =>
        GetAsync<FailedJob>($"api/v1/failed-jobs/{id}", cancellationToken);

    /// <summary>Runs dead letters again; returns at once, <see cref="GetRetryAsync"/> tells the progress.</summary>
    public async Task<RetryProgress> RetryFailedJobsAsync(RetryFailedJobs request, CancellationToken cancellationToken = default)
    {
        using var response = await http.PostAsJsonAsync("api/v1/failed-jobs/retry", request, Json, cancellationToken);
        return await ReadAsync<RetryProgress>(response, cancellationToken);
    }

    public Task<RetryProgress> GetRetryAsync(Guid id, CancellationToken cancellationToken = default) =>
        GetAsync<RetryProgress>($"api/v1/failed-jobs/retries/{id}", cancellationToken);

    /// <param name="olderThan">Such as <c>30d</c>.</param>
    /// <returns>How many were deleted.</returns>
    public async Task<int> DeleteFailedJobsAsync(string olderThan, CancellationToken cancellationToken = default)
    {
        using var response = await http.DeleteAsync($"api/v1/failed-jobs?older_than={Uri.EscapeDataString(olderThan)}", cancellationToken);
        return (await ReadAsync<DeletedFailedJobs>(response, cancellationToken)).Deleted;
    }
}
