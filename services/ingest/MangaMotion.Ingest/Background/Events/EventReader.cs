using System.IO.Pipelines;

namespace MangaMotion.Ingest.Background.Events;

/// <summary>
/// One reader of a stream. Only its cursor is kept for it. A reader that keeps up gets the batches of the topic. A new, returning or slow
/// reader reads the missed changes from the database page by page.
/// </summary>
internal sealed class EventReader(EventTopic topic, JobEventQuery query, EventsOptions options, TimeProvider time, PipeWriter body)
{
    /// <summary>First bytes of a stream: the milliseconds after which a browser connects again.</summary>
    private static readonly byte[] Greeting = "retry: 1000\n\n"u8.ToArray();
    private static readonly byte[] Comment = ":\n\n"u8.ToArray();

    private long _lastWrite = time.GetTimestamp();

    /// <summary>Sends the first page and all later changes until the end of the source.</summary>
    public async Task FollowAsync(ChangeCursor since, ChangedJobs first, CancellationToken cancellationToken)
    {
        await WriteAsync(Greeting, cancellationToken);
        if (await CatchUpAsync(since, first, cancellationToken) is not { } cursor)
            return;
        topic.Start(cursor);
        while (true)
        {
            var changed = topic.Changed;
            if (topic.FindNext(cursor, out var behind) is { } batch)
            {
                await WriteAsync(batch.Bytes, cancellationToken);
                if (batch.IsEnd)
                    return;
                cursor = batch.To;
            }
            else if (behind)
            {
                var page = await query.ReadAsync(topic.Source, cursor, page: null, [], cancellationToken);
                if (await CatchUpAsync(cursor, page, cancellationToken) is not { } caughtUp)
                    return;
                cursor = caughtUp;
            }
            else if (options.Heartbeat - time.GetElapsedTime(_lastWrite) is { Ticks: > 0 } quiet)
            {
                await changed.WaitAsync(quiet, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }
            else
            {
                await WriteAsync(Comment, cancellationToken);
            }
        }
    }

    /// <returns>The cursor after all pages; null at the end of the stream.</returns>
    private async Task<ChangeCursor?> CatchUpAsync(ChangeCursor since, ChangedJobs first, CancellationToken cancellationToken)
    {
        for (var page = first; ; page = await query.ReadAsync(topic.Source, since, page.Next, [], cancellationToken))
        {
            // All pages have the cursor and the end of the first page, so changes while the other pages are read are read again.
            page = page with { To = first.To, HasEnded = first.HasEnded };
            var batch = EventBatch.Create(topic.Source, since, page);
            await WriteAsync(batch.Bytes, cancellationToken);
            if (batch.IsEnd)
                return null;
            if (page.Next is null)
                return page.To;
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await body.WriteAsync(bytes, cancellationToken);
        _lastWrite = time.GetTimestamp();
    }
}
