using MassTransit;

namespace MangaMotion.Jobs.Running;

/// <summary>Runs the job of a consumed message. A consumer passes the job id and the work, and holds no policy of its own.</summary>
public interface IJobRunner
{
    /// <summary>
    /// Runs one attempt of the job, if the job is due. The work throws <see cref="PermanentJobException"/> for a failure that a retry
    /// cannot change; any other exception is retried. Its result is stored in <c>jobs.result</c>.
    /// </summary>
    Task RunAsync<TCommand, TResult>(
        ConsumeContext<TCommand> context, Guid jobId, Func<JobRun<TCommand>, CancellationToken, Task<TResult>> work)
        where TCommand : class;
}
