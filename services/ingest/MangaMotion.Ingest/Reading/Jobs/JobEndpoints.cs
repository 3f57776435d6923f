using System.ComponentModel.DataAnnotations;
using MangaMotion.Api;
using MangaMotion.Ingest.Api;
using MangaMotion.Ingest.Keys;
using MangaMotion.Jobs.Cancels;
using MangaMotion.Jobs.Replays;
using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Reading.Jobs;

internal static class JobEndpoints
{
    public static void MapJobs(this IEndpointRouteBuilder api)
    {
        api.MapGet("/jobs", ListAsync)
            .WithName("listJobs").WithSummary("Jobs, newest first; status=PROCESSING lists the active ones.")
            .Produces<JobList>().ProducesProblem(400).RequireScope(Scopes.Read);
        api.MapGet("/jobs/{id:guid}", GetAsync)
            .WithName("getJob").WithSummary("One job with its attempts.")
            .Produces<JobDetail>().ProducesProblem(404).RequireScope(Scopes.Read);
        api.MapPost("/jobs/{id:guid}/cancel", CancelAsync)
            .WithName("cancelJob").WithSummary("Cancel a job; none of its work is committed after that.")
            .Produces<JobDetail>().ProducesProblem(404).ProducesProblem(409).RequireScope(Scopes.Submit).Audited();
        api.MapPost("/jobs/{id:guid}/retry", ReplayAsync)
            .WithName("retryJob").WithSummary("Replay a failed or canceled job; its attempts are reset.")
            .Produces<JobDetail>(202).ProducesProblem(404).ProducesProblem(409).RequireScope(Scopes.Submit).Audited();
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, JobListQuery jobs, OwnerFilter owners, [Values(typeof(JobTypeNames))] string? type, string? status,
        string? collection, string? q, string? owner, string? pageToken, [Range(
            1, ListQuery.MaxPageSize)] int pageSize = ListQuery.DefaultPageSize) =>
        Results.Ok(await jobs.ListAsync(
            new(type, status, collection, q, pageToken, pageSize), await owners.ResolveAsync(context, owner), context.RequestAborted));

    private static async Task<IResult> GetAsync(Guid id, HttpContext context, JobQuery jobs) =>
        Results.Ok(await FindAsync(id, context, jobs));

    private static async Task<IResult> CancelAsync(Guid id, HttpContext context, JobQuery jobs, JobCancels cancels)
    {
        var job = await FindAsync(id, context, jobs);
        return await cancels.CancelAsync(id, context.RequestAborted) == JobChange.Changed
            ? Results.Ok(await FindAsync(id, context, jobs))
            : throw new ProblemException(409, "job_is_over", $"Job {id} is {job.Status} and cannot be canceled.");
    }

    private static async Task<IResult> ReplayAsync(Guid id, HttpContext context, JobQuery jobs, JobReplays replays)
    {
        var job = await FindAsync(id, context, jobs);
        return await replays.ReplayAsync(id, context.RequestAborted) == JobChange.Changed
            ? Results.Accepted($"/api/v1/jobs/{id}", await FindAsync(id, context, jobs))
            : throw new ProblemException(
                409, "job_is_not_failed", $"Job {id} is {job.Status}. Only a FAILED or CANCELED job can be replayed.");
    }

    private static async Task<JobDetail> FindAsync(Guid id, HttpContext context, JobQuery jobs) =>
        await jobs.FindAsync(id, context.OwnerId(), context.RequestAborted)
        ?? throw new ProblemException(404, "unknown_job", $"There is no job {id}, or it is not yours.");
}
