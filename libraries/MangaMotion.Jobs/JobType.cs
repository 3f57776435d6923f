using System.Text.Json;
using MangaMotion.Messaging.Postgres.Outbox;

namespace MangaMotion.Jobs;

/// <summary>A kind of job: its name in <c>jobs.type</c>, its queue, and the command that starts it.</summary>
public abstract class JobType(string name)
{
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The name in <c>jobs.type</c>, and of the normal lane's queue.</summary>
    public string Name { get; } = name;

    /// <summary>What jobs of this type are parts of; null for a job that stands for itself.</summary>
    public JobType? Whole { get; init; }

    /// <summary>The stage of its whole that jobs of this type make up; empty for a job that stands for itself.</summary>
    public string Stage { get; init; } = "";

    /// <summary>Whether owners with many jobs of this type wait in bulk queues, behind everybody's first few.</summary>
    public bool HasBulk { get; init; }

    public string QueueName(Lane lane, bool bulk = false) => Lanes.QueueName(Name, lane, bulk);

    /// <summary>The command as stored in <c>jobs.input</c>.</summary>
    internal abstract string SerializeInput(object command);

    /// <summary>The outbox message that carries the command to the lane's queue.</summary>
    internal abstract Task<OutboxMessage> PrepareAsync(
        IOutbox outbox, Guid jobId, Lane lane, bool bulk, string input, DateTimeOffset? notBefore, CancellationToken cancellationToken);

    /// <summary>
    /// <c>exchange:</c> and not <c>queue:</c>: MassTransit would redeclare the queue without its quorum arguments,
    /// be refused, and retry for ever.
    /// </summary>
    public static Uri AddressOf(string queueName) => new($"exchange:{queueName}");
}

/// <inheritdoc cref="JobType"/>
/// <typeparam name="TCommand">The contract that starts the job.</typeparam>
public sealed class JobType<TCommand>(string name) : JobType(name)
    where TCommand : class
{
    internal override string SerializeInput(object command) => JsonSerializer.Serialize((TCommand)command, Json);

    internal override Task<OutboxMessage> PrepareAsync(
        IOutbox outbox, Guid jobId, Lane lane, bool bulk, string input, DateTimeOffset? notBefore, CancellationToken cancellationToken)
    {
        var command = JsonSerializer.Deserialize<TCommand>(input, Json)
            ?? throw new InvalidOperationException($"Job {jobId} has no input to make a {typeof(TCommand).Name} from.");
        return outbox.PrepareSendAsync(command, AddressOf(QueueName(lane, bulk)), Options(jobId, notBefore), cancellationToken);
    }

    private static OutboxMessageOptions Options(Guid jobId, DateTimeOffset? notBefore) =>
        new() { CorrelationId = jobId, NotBefore = notBefore };
}
