using MangaMotion.Jobs;
using MangaMotion.Jobs.Running;
using MassTransit;

namespace MangaMotion.Benchmarks.Jobs;

/// <summary>A command about as large as that of a thumbnail, whose work is nothing.</summary>
public sealed record NoOp
{
    public static readonly JobType<NoOp> Type = new("no-op") { HasBulk = true };

    public required Guid JobId { get; init; }

    public string InputKey { get; init; } = "originals/0198c2/a key about as long as those of the object store, 1f3a9c";

    /// <summary>Owner of the jobs of a benchmark with one owner.</summary>
    public static readonly Guid Owner = Guid.NewGuid();

    public static NewJob Create(Guid? owner = null)
    {
        var id = Guid.CreateVersion7();
        return new() { Id = id, OwnerId = owner ?? Owner, Type = Type, Command = new NoOp { JobId = id } };
    }
}

public sealed record NoOpResult(int Attempt);

/// <summary>Hears of every message and of every start of a job.</summary>
public sealed class NoOpStarts
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Called when a job's message arrives, before the job is claimed.</summary>
    public Action<Guid>? Arrived { get; set; }

    /// <summary>Called at the entry of the handler.</summary>
    public Action<Guid>? Started { get; set; }

    /// <summary>How long a job takes, without using the processor.</summary>
    public TimeSpan Duration { get; set; }

    public async Task<NoOpResult> RunAsync(JobRun<NoOp> run, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _count);
        Started?.Invoke(run.JobId);
        if (Duration > TimeSpan.Zero)
            await Task.Delay(Duration, cancellationToken);
        return new(run.Attempt);
    }
}

public sealed class NoOpConsumer(IJobRunner jobs, NoOpStarts starts) : IConsumer<NoOp>
{
    public Task Consume(ConsumeContext<NoOp> context)
    {
        starts.Arrived?.Invoke(context.Message.JobId);
        return jobs.RunAsync(context, context.Message.JobId, starts.RunAsync);
    }
}
