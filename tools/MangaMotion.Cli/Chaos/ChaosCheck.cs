using System.Net.Http.Json;
using System.Text.Json;
using MangaMotion.Client;
using MangaMotion.LocalStack;
using Npgsql;

namespace MangaMotion.Cli.Chaos;

/// <summary>Reads the database, the broker and the store after a run, and compares them with what was accepted.</summary>
/// <param name="database">The primary.</param>
internal sealed class ChaosCheck(MangaMotionClient client, NpgsqlDataSource database, RabbitServer broker)
{
    /// <summary>Time for the rest of the work, on a loaded machine.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private const string CountOpen =
        "select (select count(*) from jobs where status in ('UPLOADED', 'PROCESSING')) + (select count(*) from outbox)";

    /// <summary>The files of a video belong to an ingest, too.</summary>
    private const string CountIngests =
        """
        select count(*) from ingests i where exists (select from jobs j where j.ingest_id = i.id and j.type <> 'video')
        """;

    /// <summary>Statements that count violations.</summary>
    private static readonly (string Name, string Count)[] Invariants =
    [
        ("jobs that are done without a result", "select count(*) from jobs where status = 'DONE' and result is null"),
        ("jobs that were done more than once",
            "select count(*) from (select from job_attempts where outcome = 'done' group by job_id having count(*) > 1) twice"),
        ("attempts without an end", "select count(*) from job_attempts where ended_at is null"),
        ("dead letters of jobs that did not fail",
            "select count(*) from failed_jobs f join jobs j on j.id = f.job_id where f.resolved_at is null and j.status <> 'FAILED'"),
        ("failed jobs without a dead letter",
            """
            select count(*) from jobs j where status = 'FAILED' and parent_id is null
              and not exists (select from failed_jobs f where f.job_id = j.id)
            """),
    ];

    /// <summary>Waits until all jobs are finished and all messages are sent.</summary>
    /// <returns>False if that did not happen before the deadline.</returns>
    public async Task<bool> WaitUntilFinishedAsync(CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < Deadline)
        {
            try
            {
                if (await CountAsync(CountOpen, cancellationToken) == 0)
                    return true;
            }
            catch (NpgsqlException)
            {
                // The database is still recovering.
            }

            await Task.Delay(PollInterval, cancellationToken);
        }

        return false;
    }

    /// <summary>Finds everything that was lost, done twice or left over.</summary>
    public async Task<IReadOnlyList<string>> FindViolationsAsync(
        IReadOnlyCollection<Accepted> accepted, CancellationToken cancellationToken)
    {
        var violations = new List<string>();
        foreach (var submission in accepted)
            violations.AddRange(await CheckAsync(submission, cancellationToken));
        foreach (var (name, count) in Invariants)
        {
            if (await CountAsync(count, cancellationToken) is > 0 and var found)
                violations.Add($"{found} {name}");
        }

        var ingests = accepted.Count(submission => !submission.Video);
        var stored = await CountAsync(CountIngests, cancellationToken);
        if (stored != ingests)
            violations.Add($"{ingests} ingests were accepted, and the database has {stored}");

        violations.AddRange(await CheckQueuesAsync(cancellationToken));
        return violations;
    }

    /// <summary>Longest time in which no job was finished, between the first and the last.</summary>
    public async Task<double> FindLongestPauseAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select coalesce(max(extract(epoch from finished_at - before))::float8, 0)
            from (select finished_at, lag(finished_at) over (order by finished_at) as before from jobs where finished_at is not null) ends
            """);
        return (double)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<IReadOnlyList<string>> CheckAsync(Accepted submission, CancellationToken cancellationToken)
    {
        try
        {
            return submission.Video
                ? await CheckVideoAsync(submission.Id, cancellationToken)
                : await CheckIngestAsync(submission, cancellationToken);
        }
        catch (MangaMotionException exception)
        {
            return [$"{(submission.Video ? "video" : "ingest")} {submission.Id}: {exception.Message}"];
        }
    }

    private async Task<IReadOnlyList<string>> CheckVideoAsync(Guid id, CancellationToken cancellationToken)
    {
        var video = await client.GetVideoAsync(id, cancellationToken);
        if (video.Status != "DONE")
            return [$"video {id} is {video.Status}: {video.Error}"];
        await client.CopyVideoFileAsync(id, "video", Stream.Null, cancellationToken);
        return [];
    }

    private async Task<IReadOnlyList<string>> CheckIngestAsync(Accepted ingest, CancellationToken cancellationToken)
    {
        var violations = new List<string>();
        var status = await client.GetIngestStatusAsync(ingest.Id, cancellationToken: cancellationToken);
        if (status.Progress.Done != status.Progress.Total - ingest.Failed || status.Progress.Failed != ingest.Failed)
        {
            var errors = string.Join("; ", status.Assets.Select(asset => $"{asset.Name} {asset.Status} {asset.Error}"));
            violations.Add($"ingest {ingest.Id}: {ingest.Failed} of {status.Progress.Total} must fail: {errors}");
        }

        foreach (var asset in status.Assets)
        {
            if ((await client.GetAssetAsync(asset.AssetId, "original", cancellationToken)).LongLength != asset.Size)
                violations.Add($"asset {asset.AssetId}: the stored file has another length");
            if (asset is { Status: "DONE", Type: not "application/json" } && asset.Type!.StartsWith("image/", StringComparison.Ordinal))
                await client.GetAssetAsync(asset.AssetId, "thumbnail", cancellationToken);
        }

        return violations;
    }

    /// <summary>Work queues are empty, and error queues have one message for each open dead letter.</summary>
    private async Task<IReadOnlyList<string>> CheckQueuesAsync(CancellationToken cancellationToken)
    {
        var letters = await CountAsync("select count(*) from failed_jobs where resolved_at is null", cancellationToken);
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var depths = await ReadDepthsAsync(cancellationToken);
            var waiting = depths.Where(queue => !queue.Name.EndsWith("_error", StringComparison.Ordinal) && queue.Messages > 0).ToList();
            var errors = depths.Where(queue => queue.Name.EndsWith("_error", StringComparison.Ordinal)).Sum(queue => queue.Messages);
            if (waiting.Count == 0 && errors == letters)
                return [];
            // The broker's counts are up to some seconds old, and messages of jobs that were done meanwhile are consumed.
            if (TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromMinutes(1))
            {
                return
                [
                    .. waiting.Select(queue => $"queue {queue.Name} has {queue.Messages} messages"),
                    .. errors == letters ? [] : (string[])[$"the error queues have {errors} messages, and {letters} dead letters are open"],
                ];
            }

            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<(string Name, long Messages)>> ReadDepthsAsync(CancellationToken cancellationToken)
    {
        using var management = broker.CreateManagementClient();
        var queues = await management.GetFromJsonAsync<JsonElement>(new Uri("api/queues", UriKind.Relative), cancellationToken);
        return
        [
            .. from queue in queues.EnumerateArray()
               select (
                   queue.GetProperty("name").GetString()!,
                   queue.TryGetProperty("messages", out var messages) ? messages.GetInt64() : 0),
        ];
    }

    private async Task<long> CountAsync(string statement, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(statement);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
