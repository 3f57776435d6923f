using MassTransit;

namespace MangaMotion.Jobs.Running;

/// <summary>What a consumer calls: it translates its message into a job id and the work to do, and holds no policy.</summary>
public interface IJobRunner
{
    /// <summary>
    /// Runs one attempt of the job if it is there to be run. The work throws <see cref="PermanentJobException"/> where
    /// trying again is pointless; anything else it throws is tried again. Its result is stored as <c>jobs.result</c>.
    /// </summary>
    Task RunAsync<TCommand, TResult>(
        ConsumeContext<TCommand> context, Guid jobId, Func<JobRun<TCommand>, CancellationToken, Task<TResult>> work)
        where TCommand : class;
}
