using System.Collections.Concurrent;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Running;
using MassTransit;

namespace MangaMotion.Integration.Jobs;

/// <summary>Command of the job type of these tests.</summary>
public sealed record Probe
{
    public static readonly JobType<Probe> Type = new("probe") { HasBulk = true };

    public required Guid JobId { get; init; }

    public string Note { get; init; } = "";
}

public sealed record ProbeResult(string Note, int Attempt);

/// <summary>Work of the probes, and a record of their starts.</summary>
public sealed class ProbeScript
{
    private readonly ConcurrentQueue<Guid> _started = new();

    public Func<JobRun<Probe>, CancellationToken, Task> Work { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Job of every start, in order.</summary>
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
