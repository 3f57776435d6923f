using System.Collections.Concurrent;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Running;
using MassTransit;

namespace MangaMotion.Integration.Jobs;

/// <summary>The command of the test's own job type.</summary>
public sealed record Probe
{
    public static readonly JobType<Probe> Type = new("probe") { HasBulk = true };

    public required Guid JobId { get; init; }

    public string Note { get; init; } = "";
}

public sealed record ProbeResult(string Note, int Attempt);

/// <summary>What the probes do, and what they did.</summary>
public sealed class ProbeScript
{
    private readonly ConcurrentQueue<Guid> _started = new();

    public Func<JobRun<Probe>, CancellationToken, Task> Work { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>The job of every start, in order.</summary>
    public IReadOnlyList<Guid> Started => [.. _started];

    public async Task<ProbeResult> RunAsync(JobRun<Probe> run, CancellationToken cancellationToken)
    {
        _started.Enqueue(run.JobId);
        await Work(run, cancellationToken);
        return new(run.Command.Note, run.Attempt);
    }
}

public sealed class ProbeConsumer(IJobRunner jobs, ProbeScript script) : IConsumer<Probe>
{
    public Task Consume(ConsumeContext<Probe> context) => jobs.RunAsync(context, context.Message.JobId, script.RunAsync);
}
