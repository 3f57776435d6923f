using MangaMotion.Contracts.Jobs.V1;
using MangaMotion.Jobs.Claims;
using MangaMotion.Messaging.Postgres.Outbox;
using MangaMotion.Messaging.Postgres.Sessions;
using Npgsql;

namespace MangaMotion.Jobs.Parts;

/// <summary>
/// Jobs that are parts of another. A part is claimed, tried again, handed back and found again by the reconciler like any
/// job; when it is done its whole is sent a <see cref="PartEnded"/>, when it fails for good its whole fails with it.
/// </summary>
public sealed class JobParts(IOutbox outbox, JobTypes types)
{
    // A part that is there already is left as it is, unless it ended without a result: adding parts twice is adding them once,
    // and adding them again is how a whole resumes. In the order of their ids, in which claims and heartbeats lock them.
    private const string AddSql =
        """
        insert into jobs (id, parent_id, type, lane, max_attempts, params, input)
        select id, $1, $2, $3, 3, params::jsonb, input::jsonb from unnest($4, $5, $6) as part (id, params, input)
        order by id
        on conflict (id) do update set
          status = 'UPLOADED', attempts = 0, crashes = 0, not_before = null, finished_at = null, started_at = null,
          claim_token = null, claimed_by = null, lease_until = null, updated_at = clock_timestamp()
        where jobs.status in ('FAILED', 'CANCELED')
        returning id
        """;

    /// <summary>Adds the parts to the session's transaction, which must hold the whole's row locked, and their messages.</summary>
    /// <param name="parts">Of one type; their ids are a function of what they make.</param>
    public async Task AddAsync<TCommand>(
        IPostgresSession session, Guid whole, JobType<TCommand> type, Lane lane, IReadOnlyList<NewPart<TCommand>> parts, CancellationToken cancellationToken)
        where TCommand : class
    {
        if (parts.Count == 0)
            return;
        var byId = parts.DistinctBy(part => part.Id).ToDictionary(part => part.Id, part => (part.Params, Input: type.SerializeInput(part.Command)));
        var added = new HashSet<Guid>();
        var connection = await session.OpenAsync(cancellationToken);
        await using (var command = new NpgsqlCommand(AddSql, connection, session.Transaction))
        {
            command.Parameters.Add(new() { Value = whole });
            command.Parameters.Add(new() { Value = type.Name });
            command.Parameters.Add(new() { Value = lane.Name() });
            command.Parameters.Add(new() { Value = byId.Keys.ToArray() });
            command.Parameters.Add(new() { Value = byId.Values.Select(part => part.Params).ToArray() });
            command.Parameters.Add(new() { Value = byId.Values.Select(part => part.Input).ToArray() });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                added.Add(reader.GetGuid(0));
        }

        foreach (var (id, part) in byId.Where(part => added.Contains(part.Key)))
            session.Add(await type.PrepareAsync(outbox, id, lane, bulk: false, part.Input, notBefore: null, cancellationToken));
    }

    /// <summary>Has the whole look at its parts when the session commits.</summary>
    public async Task RemindAsync(IPostgresSession session, Guid whole, JobType type, Lane lane, CancellationToken cancellationToken) =>
        session.Add(await PrepareAsync(whole, part: null, type, lane, cancellationToken));

    /// <summary>The message that tells the whole of a part that is done; null for a job that is no part.</summary>
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

/// <param name="Id">A function of the whole and of what the part makes, so that the same part is the same row.</param>
/// <param name="Params">What the part makes: a JSON object, there for the work as <c>JobRun.Params</c>.</param>
public sealed record NewPart<TCommand>(Guid Id, TCommand Command, string Params);
