using System.Text.Json;
using MangaMotion.Messaging.Postgres.Outbox;

namespace MangaMotion.Jobs;

/// <summary>A kind of job: its name in <c>jobs.type</c>, its queue, and the command that starts it.</summary>
public abstract class JobType(string name)
{
    internal static readonly JsonSerializerOptions Json =
        new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Name in <c>jobs.type</c>, and of the queue of the normal lane.</summary>
    public string Name { get; } = name;

    /// <summary>Parent job type; null for a top-level job.</summary>
    public JobType? Whole { get; init; }

    /// <summary>Stage of the whole to which jobs of this type belong; empty for a top-level job.</summary>
    public string Stage { get; init; } = "";

    /// <summary>
    /// SQL condition on a row of <c>jobs</c>, true while a whole of this type waits for something other than its parts, such as its owner.
    /// The reconciler leaves such a job alone.
    /// </summary>
    public string WaitsSql { get; init; } = "false";

    /// <summary>Whether the jobs of an owner, or the parts of a whole, wait in bulk queues beyond the first few.</summary>
    public bool HasBulk { get; init; }

    public string QueueName(Lane lane, bool bulk = false) => Lanes.QueueName(Name, lane, bulk);

    /// <summary>Serializes the command for <c>jobs.input</c>.</summary>
    internal abstract string SerializeInput(object command);

    /// <summary>Makes the outbox message that carries the command to the queue of the lane.</summary>
    public abstract Task<OutboxMessage> PrepareAsync(
        IOutbox outbox, Guid jobId, Lane lane, bool bulk, string input, DateTimeOffset? notBefore, CancellationToken cancellationToken);

    /// <summary>
    /// Returns the address of a queue. It begins with <c>exchange:</c>: for <c>queue:</c> MassTransit would redeclare the queue without its
    /// quorum arguments, be refused, and retry without end.
    /// </summary>
    public static Uri AddressOf(string queueName) => new($"exchange:{queueName}");
}

/// <inheritdoc cref="JobType"/>
/// <typeparam name="TCommand">Contract of the command that starts the job.</typeparam>
public sealed class JobType<TCommand>(string name) : JobType(name)
    where TCommand : class
{
    internal override string SerializeInput(object command) => JsonSerializer.Serialize((TCommand)command, Json);

    public override Task<OutboxMessage> PrepareAsync(
        IOutbox outbox, Guid jobId, Lane lane, bool bulk, string input, DateTimeOffset? notBefore, CancellationToken cancellationToken)
    {
        var command = JsonSerializer.Deserialize<TCommand>(input, Json)
            ?? throw new InvalidOperationException($"Job {jobId} has no input to make a {typeof(TCommand).Name} from.");
        return outbox.PrepareSendAsync(command, AddressOf(QueueName(lane, bulk)), CreateOptions(jobId, notBefore), cancellationToken);
    }

    private static OutboxMessageOptions CreateOptions(Guid jobId, DateTimeOffset? notBefore) =>
        new() { CorrelationId = jobId, NotBefore = notBefore };
}
