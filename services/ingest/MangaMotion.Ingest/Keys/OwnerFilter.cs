using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Keys;

/// <summary>
/// The query parameter <c>owner</c> of lists: an id, or <c>*</c> for all owners. Only the first key may name another owner.
/// </summary>
internal sealed class OwnerFilter(KeyQuery keys)
{
    private const string All = "*";

    /// <summary>Resolves the parameter to owners; without it, to the owner of the key.</summary>
    /// <exception cref="ProblemException">400: not an id. 403: another owner.</exception>
    public async Task<Guid[]> ResolveAsync(HttpContext context, string? owner)
    {
        var caller = context.Key();
        if (string.IsNullOrEmpty(owner))
            return [caller.OwnerId];
        Guid? id = owner == All ? null
            : Guid.TryParse(owner, out var parsed) ? parsed
            : throw new ProblemException(400, "invalid_owner", "owner must be the id of an owner, or * for all owners.");
        if (id != caller.OwnerId && !caller.IsFirst)
        {
            throw new ProblemException(403, "foreign_owner",
                "Only the installation's first key (MANGAMOTION_API_KEY) can read data of other owners.");
        }

        return id is { } one ? [one] : await keys.ListOwnersAsync(context.RequestAborted);
    }
}
