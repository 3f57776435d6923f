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
        services.AddSingleton<AuditLog>();
    }

    public static void MapKeys(this IEndpointRouteBuilder api)
    {
        api.MapPost("/keys", CreateAsync)
            .WithName("createKey").WithSummary("Make an API key; it is shown in this answer and never again.")
            .Produces<ApiKeyCreated>(201).ProducesProblem(400).RequireScope(Scopes.Operate).Audited();
        api.MapGet("/keys", ListAsync)
            .WithName("listKeys").WithSummary("Keys with their scopes and when they were last used.")
            .Produces<ApiKeys>().RequireScope(Scopes.Operate);
        api.MapPost("/keys/{id:guid}/rotate", RotateAsync)
            .WithName("rotateKey").WithSummary("Replace the secret of a key, which keeps its expiry. Every instance rejects the old secret within seconds.")
            .Produces<ApiKeyCreated>(200).ProducesProblem(400).ProducesProblem(404).RequireScope(Scopes.Operate).Audited();
        api.MapDelete("/keys/{id:guid}", RevokeAsync)
            .WithName("revokeKey").WithSummary("Revoke a key; within seconds no instance takes it any more.")
            .Produces(204).ProducesProblem(404).RequireScope(Scopes.Operate).Audited();
    }

    private static async Task<IResult> CreateAsync(CreateApiKey request, HttpContext context, KeyQuery keys)
    {
        var caller = CallerOf(context);
        if (string.IsNullOrWhiteSpace(request.Name) || request.Name.Length > MaxNameLength || request.Name.Any(char.IsControl))
            throw new ProblemException(400, "invalid_name", $"Give the key a name of 1 to {MaxNameLength} characters, such as who it is for.");
        var scopes = request.Scopes?.Select(scope => scope?.ToLowerInvariant() ?? "").Distinct().ToArray();
        if (scopes is not { Length: > 0 } || scopes.Except(Scopes.All).Any())
            throw new ProblemException(400, "invalid_scopes", $"Give the key one or more of the scopes {string.Join(", ", Scopes.All)}.");
        if (request.OwnerId is { } owner && owner != caller.OwnerId && !caller.IsFirst)
            throw new ProblemException(403, "foreign_owner", "Only the installation's first key (MANGAMOTION_API_KEY) makes keys for another owner.");
        CheckExpiry(request.ExpiresAt);
        var created = await keys.CreateAsync(
            request.OwnerId ?? caller.OwnerId, request.Name.Trim(), scopes, request.ExpiresAt, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        return Results.Created("/api/v1/keys", created);
    }

    private static async Task<IResult> ListAsync(HttpContext context, KeyQuery keys) =>
        Results.Ok(new ApiKeys(await keys.ListAsync(VisibleTo(context), context.RequestAborted)));

    private static async Task<IResult> RotateAsync(Guid id, RotateApiKey request, HttpContext context, KeyQuery keys)
    {
        CheckExpiry(request.ExpiresAt);
        var rotated = await keys.RotateAsync(id, VisibleTo(context), request.ExpiresAt, context.RequestAborted)
            ?? throw new ProblemException(404, "unknown_key", $"There is no key {id}, it is not yours, it is revoked, or it has expired and needs expires_at.");
        context.Response.Headers.CacheControl = "no-store";
        return Results.Ok(rotated);
    }

    private static void CheckExpiry(DateTimeOffset? expiresAt)
    {
        if (expiresAt <= DateTimeOffset.UtcNow)
            throw new ProblemException(400, "invalid_expiry", "expires_at is in the past; leave it out for a key that does not expire.");
    }

    private static async Task<IResult> RevokeAsync(Guid id, HttpContext context, KeyQuery keys) =>
        await keys.RevokeAsync(id, VisibleTo(context), context.RequestAborted)
            ? Results.NoContent()
            : throw new ProblemException(404, "unknown_key", $"There is no key {id}, or it is not yours.");

    private static ApiKey CallerOf(HttpContext context) => context.Features.GetRequiredFeature<ApiKey>();

    private static Guid? VisibleTo(HttpContext context) => CallerOf(context) is { IsFirst: false } caller ? caller.OwnerId : null;
}
