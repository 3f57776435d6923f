using System.IO.Pipelines;

namespace MangaMotion.Ingest.Background.Events;

/// <summary>
/// One reader of a stream. All that is kept for it is its cursor: while it follows, it gets the topic's batches; where it is
/// behind (new, back again, or slow) it reads what it missed page by page, at its own pace.
/// </summary>
internal sealed class EventReader(EventTopic topic, JobEventQuery query, EventsOptions options, TimeProvider time, PipeWriter body)
{
    /// <summary>Milliseconds after which a browser connects again.</summary>
    private static readonly byte[] Greeting = "retry: 1000\n\n"u8.ToArray();
    private static readonly byte[] Comment = ":\n\n"u8.ToArray();

    private long _wrote = time.GetTimestamp();

    /// <summary>Sends what comes after the first page, until the end.</summary>
    public async Task FollowAsync(ChangeCursor since, ChangedJobs first, CancellationToken cancellationToken)
    {
        await WriteAsync(Greeting, cancellationToken);
        if (await CatchUpAsync(since, first, cancellationToken) is not { } cursor)
            return;
        topic.Begin(cursor);
        while (true)
        {
            var changed = topic.Changed;
            if (topic.After(cursor, out var behind) is { } batch)
            {
                await WriteAsync(batch.Bytes, cancellationToken);
                if (batch.Over)
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
            else if (options.Heartbeat - time.GetElapsedTime(_wrote) is { Ticks: > 0 } quiet)
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
            // The first page's word on all of them: what changes while the others are read is read again, and only then is it over.
            page = page with { To = first.To, Over = first.Over };
            var batch = EventBatch.Of(topic.Source, since, page);
            await WriteAsync(batch.Bytes, cancellationToken);
            if (batch.Over)
                return null;
            if (page.Next is null)
                return page.To;
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await body.WriteAsync(bytes, cancellationToken);
        _wrote = time.GetTimestamp();
    }
}
