using System.ComponentModel.DataAnnotations;
using System.Globalization;
using MangaMotion.Api;
using MangaMotion.Ingest.Api;
using MangaMotion.Ingest.Background.Retention;
using MangaMotion.Ingest.Keys;
using MangaMotion.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Mvc;

namespace MangaMotion.Ingest.Reading.DeadLetters;

internal static class DeadLetterEndpoints
{
    public static void MapDeadLetters(this IEndpointRouteBuilder api)
    {
        api.MapGet("/failed-jobs", ListAsync)
            .WithName("listFailedJobs").WithSummary("Dead letters, newest first, or with group_by=fingerprint their groups by cause.")
            .Produces<FailedJobs>().ProducesProblem(400).RequireScope(Scopes.Read);
        api.MapGet("/failed-jobs/{id:guid}", GetAsync)
            .WithName("getFailedJob").WithSummary("One dead letter; with the scope operate also stack, input and tool output.")
            .Produces<FailedJob>().ProducesProblem(404).RequireScope(Scopes.Read);
        api.MapPost("/failed-jobs/retry", ReplayAsync)
            .WithName("replayFailedJobs").WithSummary("Replay all dead letters of a filter, or first one of them as a canary.")
            .Produces<ReplayProgress>(202).ProducesProblem(400).ProducesProblem(404).RequireScope(Scopes.Operate).Audited();
        api.MapGet("/failed-jobs/retries/{id:guid}", ProgressAsync)
            .WithName("getReplay").WithSummary("Progress of a replay.")
            .Produces<ReplayProgress>().ProducesProblem(404).RequireScope(Scopes.Operate);
        api.MapDelete("/failed-jobs", DeleteAsync)
            .WithName("deleteFailedJobs").WithSummary(
                "Delete dead letters older than a time such as 30d, 12h or 90m, open and closed ones.")
            .Produces<DeletedFailedJobs>().ProducesProblem(400).RequireScope(Scopes.Operate).Audited();
    }

    private static async Task<IResult> ListAsync(
        [AsParameters] ListParameters parameters, HttpContext context, DeadLetterQuery query, OwnerFilter owners)
    {
        var (token, pageSize) = (parameters.PageToken, parameters.PageSize ?? ListQuery.DefaultPageSize);
        ListQuery.Check(pageSize, parameters.Q);
        var owner = await owners.ResolveAsync(context, parameters.Owner);
        return parameters.GroupBy is null
            ? Results.Ok(await query.ListAsync(parameters.Filter, owner, token, pageSize, context.RequestAborted))
            : Results.Ok(await query.GroupAsync(parameters.Filter, owner, CanOperate(context), token, pageSize, context.RequestAborted));
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext context, DeadLetterQuery query) =>
        await query.FindAsync(id, context.OwnerId(), CanOperate(context), context.RequestAborted) is { } letter
            ? Results.Ok(letter)
            : throw new ProblemException(404, "unknown_failed_job", $"There is no dead letter {id}, or it is not yours.");

    private static async Task<IResult> ReplayAsync(
        ReplayFailedJobs request, HttpContext context, ReplayCommands replays, OwnerFilter owners)
    {
        var progress = await replays.CreateAsync(
            request, context.OwnerId(), await owners.ResolveAsync(context, request.Owner), context.RequestAborted);
        return Results.Accepted($"/api/v1/failed-jobs/retries/{progress.Id}", progress);
    }

    private static async Task<IResult> ProgressAsync(Guid id, HttpContext context, ReplayCommands replays) =>
        await replays.FindAsync(id, context.OwnerId(), context.RequestAborted) is { } progress
            ? Results.Ok(progress)
            : throw new ProblemException(404, "unknown_retry", $"There is no replay {id}, or it is not yours.");

    private static async Task<IResult> DeleteAsync(string? older_than, HttpContext context, DeadLetterPurge purge) =>
        Results.Ok(new DeletedFailedJobs(await purge.DeleteAsync(ReadAge(older_than), context.OwnerId(), context.RequestAborted)));

    private static bool CanOperate(HttpContext context) => context.Key().Scopes.Contains(Scopes.Operate);

    /// <summary>
    /// Reads a number of days, hours, minutes or seconds, such as <c>30d</c>. Without an age, everything would be deleted.
    /// </summary>
    private static TimeSpan ReadAge(string? text)
    {
        TimeSpan? unit = text is null or "" ? null : text[^1] switch
        {
            'd' => TimeSpan.FromDays(1),
            'h' => TimeSpan.FromHours(1),
            'm' => TimeSpan.FromMinutes(1),
            's' => TimeSpan.FromSeconds(1),
            _ => null,
        };
        return unit is { } one && int.TryParse(text![..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && one * count <= TimeSpan.FromDays(3650)
            ? one * count
            : throw new ProblemException(400, "invalid_age",
                "Say with older_than which dead letters to delete: a number and d, h, m or s, such as 30d, up to 3650d.");
    }

    /// <summary>Query parameters of the list.</summary>
    internal sealed record ListParameters(
        [property: FromQuery(Name = "type"), Values(typeof(JobTypeNames))] string? Type,
        [property: FromQuery(Name = "status"), Values(typeof(DeadLetterStatuses))] string? Status,
        [property: FromQuery(Name = "error")] string? Error,
        [property: FromQuery(Name = "collection")] string? Collection,
        [property: FromQuery(Name = "since")] DateTimeOffset? Since,
        [property: FromQuery(Name = "until")] DateTimeOffset? Until,
        [property: FromQuery(Name = "fingerprint")] string? Fingerprint,
        [property: FromQuery(Name = "q")] string? Q,
        [property: FromQuery(Name = "owner")] string? Owner,
        [property: FromQuery(Name = "group_by"), AllowedValues("fingerprint")] string? GroupBy,
        [property: FromQuery(Name = "pageToken")] string? PageToken,
        [property: FromQuery(Name = "pageSize"), Range(1, ListQuery.MaxPageSize)] int? PageSize)
    {
        public DeadLetterFilter Filter => new()
        {
            Type = Type,
            Status = DeadLetterFilter.ReadStatus(Status),
            Error = Error,
            Collection = Collection,
            Since = Since,
            Until = Until,
            Fingerprint = Fingerprint,
            Text = Q,
        };
    }
}
