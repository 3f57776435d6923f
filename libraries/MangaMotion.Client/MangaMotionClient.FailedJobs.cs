using MangaMotion.Api;

namespace MangaMotion.Client;

public sealed partial class MangaMotionClient
{
    /// <summary>Lists one page of dead letters, newest first.</summary>
    /// <param name="query">Filters of the API, such as <c>status=open&amp;type=thumbnail</c>; values must be escaped.</param>
    public Task<FailedJobs> GetFailedJobsAsync(string query = "", CancellationToken cancellationToken = default) =>
        GetAsync<FailedJobs>($"api/v1/failed-jobs?{query}", cancellationToken);

    /// <summary>Lists one page of groups of dead letters with the same cause.</summary>
    /// <inheritdoc cref="GetFailedJobsAsync"/>
    public Task<FailedJobs> GetFailedJobGroupsAsync(string query = "", CancellationToken cancellationToken = default) =>
        GetFailedJobsAsync($"group_by=fingerprint&{query}", cancellationToken);

    /// <summary>Reads one dead letter.</summary>
    public Task<FailedJob> GetFailedJobAsync(Guid id, CancellationToken cancellationToken = default) =>
        GetAsync<FailedJob>($"api/v1/failed-jobs/{id}", cancellationToken);

    /// <summary>Starts a replay of dead letters and returns at once; <see cref="GetReplayAsync"/> reads its progress.</summary>
    public Task<ReplayProgress> ReplayFailedJobsAsync(ReplayFailedJobs request, CancellationToken cancellationToken = default) =>
        PostJsonAsync<ReplayProgress>("api/v1/failed-jobs/retry", request, cancellationToken);

    /// <summary>Reads the progress of a replay.</summary>
    public Task<ReplayProgress> GetReplayAsync(Guid id, CancellationToken cancellationToken = default) =>
        GetAsync<ReplayProgress>($"api/v1/failed-jobs/retries/{id}", cancellationToken);

    /// <summary>Deletes dead letters, open and closed, that are older than an age.</summary>
    /// <param name="olderThan">Age, such as <c>30d</c>.</param>
    /// <returns>Number of deleted dead letters.</returns>
    public async Task<int> DeleteFailedJobsAsync(string olderThan, CancellationToken cancellationToken = default)
    {
        using var response = await http.DeleteAsync(
            $"api/v1/failed-jobs?older_than={Uri.EscapeDataString(olderThan)}", cancellationToken);
        return (await ReadAsync<DeletedFailedJobs>(response, cancellationToken)).Deleted;
    }
}
