using System.Data;
using MangaMotion.Contracts.Jobs.V1;
using MangaMotion.Jobs.Claims;
using MangaMotion.Jobs.Fairness;
using MangaMotion.Jobs.Transitions;
using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.Messaging.Postgres.Sessions;
using Npgsql;

namespace MangaMotion.Jobs.Parts;

/// <summary>
/// Adds jobs that are parts of another. A part is claimed, retried, handed back and reconciled like any job. When it is done, its whole
/// receives a <see cref="PartEnded"/>; when it fails for good, its whole fails with it.
/// </summary>
public sealed class JobParts(IOutbox outbox, JobTypes types, FairShare shares)
{
    /// <summary>
    /// Adds parts and their messages to the transaction of the session, which must hold the lock of the whole's row. A part that exists
    /// is left as it is, unless it failed or was canceled: then it starts over. Parts beyond the whole's share go to the bulk queue.
    /// </summary>
    /// <param name="parts">Parts of one type, whose ids are a function of their work.</param>
    public async Task AddAsync<TCommand>(
        IPostgresSession session, Guid whole, JobType<TCommand> type, Lane lane, IReadOnlyList<NewPart<TCommand>> parts,
        CancellationToken cancellationToken)
        where TCommand : class
    {
        if (parts.Count == 0)
            return;
        var byId = parts.DistinctBy(part => part.Id)
            .ToDictionary(part => part.Id, part => (part.Params, Input: type.SerializeInput(part.Command)));
        var added = new HashSet<Guid>();
        var connection = await session.OpenAsync(cancellationToken);
        var admitted = await shares.AdmitAsync(type, lane, whole, byId.Count, connection, cancellationToken);
        var transition = JobTransitions.AddParts(
            whole, type, lane, [.. byId.Keys], [.. byId.Values.Select(part => part.Params)], [.. byId.Values.Select(part => part.Input)]);
        await using (var batch = new NpgsqlBatch(connection, session.Transaction) { BatchCommands = { transition } })
        await using (var row = await batch.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
                added.Add(row.GetGuid("id"));
        }

        var waiting = byId.Where(part => added.Contains(part.Key)).ToList();
        foreach (var (i, (id, part)) in waiting.Index())
            session.Add(await type.PrepareAsync(outbox, id, lane, i >= admitted, part.Input, notBefore: null, cancellationToken));
        if (waiting.Count <= admitted)
            return;
        await using var bulk = new NpgsqlBatch(connection, session.Transaction)
        {
            BatchCommands = { JobTransitions.SetBulk([.. waiting.Skip(admitted).Select(part => part.Key)]) },
        };
        await bulk.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Adds parts to the high lane, and moves those to it that wait in another lane. The message of a moved part stays in its old queue
    /// and changes nothing later.
    /// </summary>
    /// <inheritdoc cref="AddAsync"/>
    public async Task AddFirstAsync<TCommand>(
        IPostgresSession session, Guid whole, JobType<TCommand> type, IReadOnlyList<NewPart<TCommand>> parts,
        CancellationToken cancellationToken)
        where TCommand : class
    {
        await AddAsync(session, whole, type, Lane.High, parts, cancellationToken);
        var raised = new List<(Guid Id, string Input)>();
        var transition = JobTransitions.Raise([.. parts.Select(part => part.Id)]);
        await using (var batch = new NpgsqlBatch(await session.OpenAsync(cancellationToken), session.Transaction)
        {
            BatchCommands = { transition },
        })
        await using (var row = await batch.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
                raised.Add((row.GetGuid("id"), row.GetString("input")));
        }

        foreach (var (id, input) in raised)
            session.Add(await type.PrepareAsync(outbox, id, Lane.High, bulk: false, input, notBefore: null, cancellationToken));
    }

    /// <summary>Sends the whole a message to count its parts, when the session commits.</summary>
    public async Task RemindAsync(IPostgresSession session, Guid whole, JobType type, Lane lane, CancellationToken cancellationToken) =>
        session.Add(await PrepareAsync(whole, part: null, type, lane, cancellationToken));

    /// <summary>Makes the message that notifies the whole of a finished part; null for a top-level job.</summary>
    internal async Task<OutboxMessage?> PrepareEndedAsync(Claim claim, string queue, CancellationToken cancellationToken) =>
        claim.ParentId is { } whole && types[claim.Type].Whole is { } type
            ? await PrepareAsync(whole, claim.JobId, type, Lanes.OfQueue(queue), cancellationToken)
            : null;

    private Task<OutboxMessage> PrepareAsync(Guid whole, Guid? part, JobType type, Lane lane, CancellationToken cancellationToken) =>
        outbox.PrepareSendAsync(
            new PartEnded { JobId = whole, PartId = part },
            JobType.AddressOf(type.QueueName(lane)),
            new() { CorrelationId = whole },
            cancellationToken);
}

/// <param name="Id">A function of the whole and of the part's work, so that the same part is the same row.</param>
/// <param name="Params">Description of the part's work: a JSON object, available to it as <c>JobRun.Params</c>.</param>
public sealed record NewPart<TCommand>(Guid Id, TCommand Command, string Params);
