using MangaMotion.Jobs;
using MangaMotion.Messaging.Postgres.Outbox;
using Npgsql;

namespace MangaMotion.Ingest.Accepting;

/// <summary>The one transaction that accepts a submission: its rows, its jobs and their messages.</summary>
public sealed class AcceptTransaction(JobIntake jobs, IOutbox outbox, NpgsqlDataSource database)
{
    /// <param name="answer">Keeps the answer for the request's idempotency key; null without one.</param>
    public async Task CommitAsync(Acceptance acceptance, NpgsqlBatchCommand? answer, CancellationToken cancellationToken)
    {
        // The batch takes a connection when it runs. AppendAsync needs one before that, and must not wait for it while holding another.
        await using var batch = database.CreateBatch();
        foreach (var row in acceptance.Rows)
            batch.BatchCommands.Add(row);
        var messages = await jobs.AppendAsync(batch, acceptance.Jobs, cancellationToken);
        if (answer is not null)
            batch.BatchCommands.Add(answer);

        // A batch without a transaction of its own is one transaction. It ignores the caller's token: a commit that is broken off may
        // have happened or not.
        await batch.ExecuteNonQueryAsync(CancellationToken.None);
        outbox.Committed(messages);
    }
}
