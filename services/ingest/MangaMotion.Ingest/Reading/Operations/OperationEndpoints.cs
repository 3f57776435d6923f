using MangaMotion.Api;
using MangaMotion.Ingest.Api;
using MangaMotion.Ingest.Keys;
using MangaMotion.Jobs.Pausing;
using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Reading.Operations;

/// <summary>For operators: what the whole installation does.</summary>
internal static class OperationEndpoints
{
    public static void AddOperations(this IServiceCollection services)
    {
        services.AddSingleton<StatsQuery>();
        services.AddSingleton<SeriesQuery>();
        services.AddSingleton<WorkerQuery>();
        services.AddSingleton<QueueQuery>();
    }

    public static void MapOperations(this IEndpointRouteBuilder api)
    {
        api.MapGet("/stats", async (StatsQuery query, CancellationToken gone) => Results.Ok(await query.GetAsync(gone)))
            .WithName("getStats").WithSummary("Throughput, error rate and latencies by job type and stage, over five minutes, an hour and a day.")
            .Produces<JobStats>().RequireScope(Scopes.Operate);
        api.MapGet("/stats/series", ReadSeriesAsync)
            .WithName("getStatsSeries")
            .WithSummary("Throughput, errors, latencies, waiting messages and the oldest waiting job over time: minutes of the last 25 hours, hours of the last 90 days.")
            .Produces<StatsSeries>().ProducesProblem(400).RequireScope(Scopes.Operate);
        api.MapGet("/workers", async (WorkerQuery query, CancellationToken gone) => Results.Ok(await query.ListAsync(gone)))
            .WithName("listWorkers").WithSummary("Workers of the last day, and whether they live.")
            .Produces<WorkerList>().RequireScope(Scopes.Operate);
        api.MapGet("/queues", async (QueueQuery query, CancellationToken gone) => Results.Ok(new QueueList(await query.ListAsync(gone))))
            .WithName("listQueues").WithSummary("The lanes of each job type: messages, consumers, whether they are paused.")
            .Produces<QueueList>().RequireScope(Scopes.Operate);
        api.MapPost("/queues/{name}/pause", (string name, QueueQuery query, QueuePauses pauses, CancellationToken gone) => ChangeAsync(name, true, query, pauses, gone))
            .WithName("pauseQueue").WithSummary("Workers stop taking from a queue within seconds; jobs that run already end. It holds until resumed.")
            .Produces<QueueInfo>().ProducesProblem(404).RequireScope(Scopes.Operate).Audited();
        api.MapPost("/queues/{name}/resume", (string name, QueueQuery query, QueuePauses pauses, CancellationToken gone) => ChangeAsync(name, false, query, pauses, gone))
            .WithName("resumeQueue").WithSummary("Workers take from a queue again.")
            .Produces<QueueInfo>().ProducesProblem(404).RequireScope(Scopes.Operate).Audited();
    }

    private static async Task<IResult> ReadSeriesAsync(
        SeriesQuery series, DateTimeOffset? from, DateTimeOffset? to, [Values(typeof(SeriesSteps))] string? step, CancellationToken cancellationToken)
    {
        ListQuery.CheckOneOf("step", step, [SeriesSteps.Minute, SeriesSteps.Hour]);
        return Results.Ok(await series.ReadAsync(from, to, step, cancellationToken));
    }

    private static async Task<IResult> ChangeAsync(string name, bool paused, QueueQuery query, QueuePauses pauses, CancellationToken cancellationToken)
    {
        if (!query.Names.Contains(name, StringComparer.Ordinal))
            throw new ProblemException(404, "unknown_queue", $"There is no such queue; there are {string.Join(", ", query.Names)}.");
        await pauses.SetAsync(name, paused, cancellationToken);
        return Results.Ok((await query.ListAsync(cancellationToken)).Single(queue => queue.Name == name));
    }
}
