using System.Security.Claims;

namespace MangaMotion.Console.Sessions;

/// <summary>Logged-in API key: what the encrypted cookie holds.</summary>
/// <param name="Id">Random id of the login, for limits.</param>
internal sealed record Session(
    string Id, Guid KeyId, string KeyName, Guid OwnerId, bool IsFirst, IReadOnlyList<string> Scopes, string ApiKey)
{
    private const string IdClaim = "sid";
    private const string OwnerClaim = "owner";
    private const string FirstClaim = "first";
    private const string KeyClaim = "key";

    public bool MayRead => Scopes.Contains(Api.Scopes.Read);

    public bool MaySubmit => Scopes.Contains(Api.Scopes.Submit);

    public bool MayOperate => Scopes.Contains(Api.Scopes.Operate);

    public static Session? Read(ClaimsPrincipal? user)
    {
        if (user?.FindFirstValue(KeyClaim) is not { } key)
            return null;
        return new(
            user.FindFirstValue(IdClaim)!,
            Guid.Parse(user.FindFirstValue(ClaimTypes.NameIdentifier)!),
            user.FindFirstValue(ClaimTypes.Name)!,
            Guid.Parse(user.FindFirstValue(OwnerClaim)!),
            user.FindFirstValue(FirstClaim) is not null,
            [.. user.FindAll(ClaimTypes.Role).Select(claim => claim.Value)],
            key);
    }

    public ClaimsPrincipal ToPrincipal(string scheme)
    {
        var identity = new ClaimsIdentity(scheme);
        identity.AddClaim(new(IdClaim, Id));
        identity.AddClaim(new(ClaimTypes.NameIdentifier, KeyId.ToString()));
        identity.AddClaim(new(ClaimTypes.Name, KeyName));
        identity.AddClaim(new(OwnerClaim, OwnerId.ToString()));
        if (IsFirst)
            identity.AddClaim(new(FirstClaim, ""));
        identity.AddClaims(Scopes.Select(scope => new Claim(ClaimTypes.Role, scope)));
        identity.AddClaim(new(KeyClaim, ApiKey));
        return new(identity);
    }
}
