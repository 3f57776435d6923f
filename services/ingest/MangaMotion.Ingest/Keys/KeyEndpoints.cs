using MangaMotion.Api;
using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Keys;

/// <summary>
/// Endpoints that create, list, rotate and revoke keys. A key with the scope <c>operate</c> manages the keys of its owner, the first key of
/// the installation those of all owners.
/// </summary>
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
            .WithName("createKey").WithSummary("Create an API key. Only this answer shows it.")
            .Produces<ApiKeyCreated>(201).ProducesProblem(400).RequireScope(Scopes.Operate).Audited();
        api.MapGet("/keys", ListAsync)
            .WithName("listKeys").WithSummary("Keys with their scopes and the times of their last use.")
            .Produces<ApiKeys>().RequireScope(Scopes.Operate);
        api.MapPost("/keys/{id:guid}/rotate", RotateAsync)
            .WithName("rotateKey")
            .WithSummary("Replace the secret of a key, which keeps its expiry. Every instance rejects the old secret within seconds.")
            .Produces<ApiKeyCreated>(200).ProducesProblem(400).ProducesProblem(404).RequireScope(Scopes.Operate).Audited();
        api.MapDelete("/keys/{id:guid}", RevokeAsync)
            .WithName("revokeKey").WithSummary("Revoke a key. Every instance rejects it within seconds.")
            .Produces(204).ProducesProblem(404).RequireScope(Scopes.Operate).Audited();
    }

    private static async Task<IResult> CreateAsync(CreateApiKey request, HttpContext context, KeyQuery keys)
    {
        var caller = context.Key();
        if (string.IsNullOrWhiteSpace(request.Name) || request.Name.Length > MaxNameLength || request.Name.Any(char.IsControl))
        {
            throw new ProblemException(
                400, "invalid_name", $"Give the key a name of 1 to {MaxNameLength} characters, such as that of its user.");
        }

        var scopes = request.Scopes?.Select(scope => scope?.ToLowerInvariant() ?? "").Distinct().ToArray();
        if (scopes is not { Length: > 0 } || scopes.Except(Scopes.All).Any())
            throw new ProblemException(400, "invalid_scopes", $"Give the key one or more of the scopes {string.Join(", ", Scopes.All)}.");
        if (request.OwnerId is { } owner && owner != caller.OwnerId && !caller.IsFirst)
        {
            throw new ProblemException(
                403, "foreign_owner", "Only the installation's first key (MANGAMOTION_API_KEY) can create keys for another owner.");
        }

        CheckExpiry(request.ExpiresAt);
        var created = await keys.CreateAsync(
            request.OwnerId ?? caller.OwnerId, request.Name.Trim(), scopes, request.ExpiresAt, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        return Results.Created("/api/v1/keys", created);
    }

    private static async Task<IResult> ListAsync(HttpContext context, KeyQuery keys) =>
        Results.Ok(new ApiKeys(await keys.ListAsync(FindOwner(context), context.RequestAborted)));

    private static async Task<IResult> RotateAsync(Guid id, RotateApiKey request, HttpContext context, KeyQuery keys)
    {
        CheckExpiry(request.ExpiresAt);
        var rotated = await keys.RotateAsync(id, FindOwner(context), request.ExpiresAt, context.RequestAborted)
            ?? throw new ProblemException(
                404, "unknown_key", $"There is no key {id}, it is not yours, it is revoked, or it has expired and needs expires_at.");
        context.Response.Headers.CacheControl = "no-store";
        return Results.Ok(rotated);
    }

    private static void CheckExpiry(DateTimeOffset? expiresAt)
    {
        if (expiresAt <= DateTimeOffset.UtcNow)
            throw new ProblemException(400, "invalid_expiry", "expires_at is in the past. Leave it out for a key that does not expire.");
    }

    private static async Task<IResult> RevokeAsync(Guid id, HttpContext context, KeyQuery keys) =>
        await keys.RevokeAsync(id, FindOwner(context), context.RequestAborted)
            ? Results.NoContent()
            : throw new ProblemException(404, "unknown_key", $"There is no key {id}, or it is not yours.");

    /// <summary>Returns the owner whose keys the caller manages; null for all owners.</summary>
    private static Guid? FindOwner(HttpContext context) => context.Key() is { IsFirst: false } caller ? caller.OwnerId : null;
}
