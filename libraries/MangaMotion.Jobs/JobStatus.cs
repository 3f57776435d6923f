namespace MangaMotion.Jobs;

/// <summary>The five statuses of a job in <c>jobs.status</c> and in the API.</summary>
public static class JobStatus
{
    /// <summary>Accepted; waits for its first or next attempt, or for <c>not_before</c>.</summary>
    public const string Uploaded = "UPLOADED";

    public const string Processing = "PROCESSING";
    public const string Done = "DONE";
    public const string Failed = "FAILED";
    public const string Canceled = "CANCELED";
}
