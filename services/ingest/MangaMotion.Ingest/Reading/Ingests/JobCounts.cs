using System.Data;
using MangaMotion.Api;
using Npgsql;

namespace MangaMotion.Ingest.Reading.Ingests;

/// <summary>Arithmetic on the job counts of an ingest or a collection.</summary>
internal static class JobCounts
{
    public static readonly IngestProgress None = new(0, 0, 0, 0, 0, 0);

    extension(IngestProgress progress)
    {
        /// <summary>Number of jobs that are queued or processing.</summary>
        public long Unfinished => progress.Queued + progress.Processing;

        public string Status =>
            progress.Unfinished == 0 ? IngestStatuses.Finished
            : progress.Queued == progress.Total ? IngestStatuses.Accepted
            : IngestStatuses.Processing;

        public IngestProgress Add(IngestProgress other) => Sum(
            progress.Done + other.Done, progress.Processing + other.Processing, progress.Queued + other.Queued,
            progress.Failed + other.Failed, progress.Canceled + other.Canceled);
    }

    /// <summary>Reads the columns done, processing, queued, failed and canceled.</summary>
    public static IngestProgress Read(NpgsqlDataReader row) => Sum(
        row.GetInt64("done"), row.GetInt64("processing"), row.GetInt64("queued"), row.GetInt64("failed"), row.GetInt64("canceled"));

    private static IngestProgress Sum(long done, long processing, long queued, long failed, long canceled) =>
        new(done, processing, queued, failed, canceled, done + processing + queued + failed + canceled);
}
