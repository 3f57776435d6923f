using MangaMotion.Api;
using MangaMotion.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.Features;

namespace MangaMotion.Ingest.Keys;

/// <summary>Keys are made and revoked by keys: one with the scope operate for its own owner, the installation's first key for any.</summary>
internal static class KeyEndpoints
{
    private const int MaxNameLength = 100;

    public static void AddKeys(this IServiceCollection services)
    {
        services.AddSingleton<ApiKeyStore>();
        services.AddSingleton<KeyQuery>();
        services.AddSingleton<OwnerFilter>();
    }

    public static void MapKeys(this IEndpointRouteBuilder api)
    {
        api.MapPost("/keys", CreateAsync)
            .WithName("create-key").WithSummary("Make an API key; it is shown in this answer and never again.")
            .Produces<ApiKeyCreated>(201).ProducesProblem(400).RequireScope(Scopes.Operate);
        api.MapGet("/keys", ListAsync)
            .WithName("keys").WithSummary("Keys with their scopes and when they were last used.")
            .Produces<ApiKeys>().RequireScope(Scopes.Operate);
        api.MapDelete("/keys/{id:guid}", RevokeAsync)
            .WithName("revoke-key").WithSummary("Revoke a key; within seconds no instance takes it any more.")
            .Produces(204).ProducesProblem(404).RequireScope(Scopes.Operate);
    }

    private static async Task<IResult> CreateAsync(CreateApiKey request, HttpContext context, KeyQuery keys)
    {
        var caller = CallerOf(context);
        if (string.IsNullOrWhiteSpace(request.Name) || request.Name.Length > MaxNameLength || request.Name.Any(char.IsControl))
            throw new ProblemException(400, "invalid_name", $"Give the key a name of 1 to {MaxNameLength} characters, such as who it is for.");
        if (request.Scopes is not { Count: > 0 } scopes || scopes.Except(Scopes.All).Any())
            throw new ProblemException(400, "invalid_scopes", $"Give the key one or more of the scopes {string.Join(", ", Scopes.All)}.");
        if (request.OwnerId is { } owner && owner != caller.OwnerId && !caller.IsFirst)
            throw new ProblemException(403, "foreign_owner", "Only the installation's first key (MANGAMOTION_API_KEY) makes keys for another owner.");
        var created = await keys.CreateAsync(request.OwnerId ?? caller.OwnerId, request.Name.Trim(), [.. scopes.Distinct()], context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        return Results.Created("/api/v1/keys", created);
    }

    private static async Task<IResult> ListAsync(HttpContext context, KeyQuery keys) =>
        Results.Ok(new ApiKeys(await keys.ListAsync(VisibleTo(context), context.RequestAborted)));

    private static async Task<IResult> RevokeAsync(Guid id, HttpContext context, KeyQuery keys) =>
        await keys.RevokeAsync(id, VisibleTo(context), context.RequestAborted)
            ? Results.NoContent()
            : throw new ProblemException(404, "unknown_key", $"There is no key {id}, or it is not yours.");

    private static ApiKey CallerOf(HttpContext context) => context.Features.GetRequiredFeature<ApiKey>();

    private static Guid? VisibleTo(HttpContext context) => CallerOf(context) is { IsFirst: false } caller ? caller.OwnerId : null;
}
