using MangaMotion.Api;
using MangaMotion.Ingest.Keys;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Pausing;
using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Reading.Operations;

/// <summary>Endpoints for operators: statistics, workers and queues of the installation.</summary>
internal static class OperationEndpoints
{
    private const int MaxReasonLength = 200;
    private static readonly TimeSpan MaxPause = TimeSpan.FromDays(366);

    public static void MapOperations(this IEndpointRouteBuilder api)
    {
        api.MapGet("/stats", async (
            StatsQuery query, CancellationToken cancellationToken) => Results.Ok(await query.GetAsync(cancellationToken)))
            .WithName("getStats").WithSummary(
                "Throughput, error rate and latencies by job type and stage, over five minutes, an hour and a day.")
            .Produces<JobStats>().RequireScope(Scopes.Operate);
        api.MapGet("/stats/series", ReadSeriesAsync)
            .WithName("getStatsSeries")
            .WithSummary(
                "Throughput, errors, latencies, waiting messages and the oldest waiting job over time: minutes of the last 25 hours, hours "
                + "of the last 90 days.")
            .Produces<StatsSeries>().ProducesProblem(400).RequireScope(Scopes.Operate);
        api.MapGet("/system", async (
            SystemQuery query, CancellationToken cancellationToken) => Results.Ok(await query.GetAsync(cancellationToken)))
            .WithName("getSystem")
            .WithSummary("State of Postgres, the broker and the store, of the outbox, and the versions of the services.")
            .Produces<SystemStatus>().RequireScope(Scopes.Operate);
        api.MapGet("/workers", async (
            WorkerQuery query, CancellationToken cancellationToken) => Results.Ok(await query.ListAsync(cancellationToken)))
            .WithName("listWorkers").WithSummary("Workers of the last day, and whether they are alive.")
            .Produces<WorkerList>().RequireScope(Scopes.Operate);
        api.MapPost("/workers/{id}/drain", (string id, HttpContext context, WorkerQuery query) =>
            DrainAsync(id, drain: true, context, query))
            .WithName("drainWorker")
            .WithSummary("Drain a worker: within seconds it takes no more jobs, until it is resumed or ends. Its running jobs finish.")
            .WithDescription("Jobs that it has received and not started return to their queues. The next process takes jobs again.")
            .Produces<WorkerInfo>().ProducesProblem(404).RequireScope(Scopes.Operate).Audited();
        api.MapPost("/workers/{id}/resume", (string id, HttpContext context, WorkerQuery query) =>
            DrainAsync(id, drain: false, context, query))
            .WithName("resumeWorker").WithSummary("Lift the drain of a worker.")
            .Produces<WorkerInfo>().ProducesProblem(404).RequireScope(Scopes.Operate).Audited();
        api.MapGet("/queues", ListQueuesAsync)
            .WithName("listQueues").WithSummary(
                "The lanes of each job type with their messages and consumers, and whether they are paused.")
            .Produces<QueueList>().RequireScope(Scopes.Operate);
        api.MapGet("/scaling", async (
            ScalingQuery query, CancellationToken cancellationToken) => Results.Ok(await query.GetAsync(cancellationToken)))
            .WithName("getScaling").WithSummary("How many workers of each kind the present load needs, and why.")
            .Produces<ScalingAdvice>().RequireScope(Scopes.Operate);
        api.MapPost("/queues/{name}/pause", PauseAsync)
            .WithName("pauseQueue")
            .WithSummary("Pause a queue: workers start no more of its jobs within seconds, until it is resumed. Running jobs continue.")
            .WithDescription("The body is optional. With `until` the queue resumes by itself. A repeated pause changes reason and end.")
            .Produces<QueueInfo>().ProducesProblem(400).ProducesProblem(404).RequireScope(Scopes.Operate).Audited();
        api.MapPost("/queues/{name}/resume", ResumeAsync)
            .WithName("resumeQueue").WithSummary("Resume a paused queue.").WithDescription("The body is optional.")
            .Produces<QueueInfo>().ProducesProblem(404).RequireScope(Scopes.Operate).Audited();
    }

    private static async Task<IResult> DrainAsync(string id, bool drain, HttpContext context, WorkerQuery query) =>
        Results.Ok(await query.SetDrainAsync(id, drain, context.Key().Name, context.RequestAborted));

    private static async Task<IResult> ListQueuesAsync(QueueQuery query, CancellationToken cancellationToken) =>
        Results.Ok(new QueueList(await query.ListAsync(cancellationToken)));

    private static async Task<IResult> ReadSeriesAsync(
        SeriesQuery series, DateTimeOffset? from, DateTimeOffset? to, [Values(typeof(SeriesSteps))] string? step,
        CancellationToken cancellationToken)
    {
        return Results.Ok(await series.ReadAsync(from, to, step, cancellationToken));
    }

    private static async Task<IResult> PauseAsync(
        string name, PauseQueue? request, HttpContext context, QueueQuery query, QueuePauses pauses)
    {
        var queues = FindQueues(name, request?.AllLanes, query);
        var reason = request?.Reason?.Trim();
        if (reason?.Length > MaxReasonLength || reason?.Any(char.IsControl) == true)
            throw new ProblemException(400, "invalid_reason", $"reason must be a line of at most {MaxReasonLength} characters.");
        if (request?.Until is { } until && (until <= DateTimeOffset.UtcNow || until > DateTimeOffset.UtcNow + MaxPause))
        {
            throw new ProblemException(
                400, "invalid_until",
                $"until must be in the future, within {MaxPause.Days} days. Leave it out for a pause that ends when the queue is resumed.");
        }

        await pauses.PauseAsync(
            queues, string.IsNullOrEmpty(reason) ? null : reason, request?.Until, context.Key().Name, context.RequestAborted);
        return await AnswerAsync(name, query, context.RequestAborted);
    }

    private static async Task<IResult> ResumeAsync(
        string name, ResumeQueue? request, HttpContext context, QueueQuery query, QueuePauses pauses)
    {
        await pauses.ResumeAsync(FindQueues(name, request?.AllLanes, query), context.RequestAborted);
        return await AnswerAsync(name, query, context.RequestAborted);
    }

    private static async Task<IResult> AnswerAsync(string name, QueueQuery query, CancellationToken cancellationToken) =>
        Results.Ok((await query.ListAsync(cancellationToken)).Single(queue => queue.Name == name));

    /// <summary>Finds the queue of this name, or all lanes of its job type.</summary>
    private static List<string> FindQueues(string name, bool? allLanes, QueueQuery query)
    {
        var lanes = query.Types.Select(type => Lanes.All.Select(lane => type.QueueName(lane)).ToList())
            .FirstOrDefault(names => names.Contains(name, StringComparer.Ordinal))
            ?? throw new ProblemException(404, "unknown_queue", $"There is no such queue; there are {string.Join(", ", query.Names)}.");
        return allLanes == true ? lanes : [name];
    }
}
