namespace MangaMotion.Hostile;

/// <summary>Damaged, false or too large file, or one of an unsupported type. None harms any program that opens it.</summary>
/// <param name="Kind">Kind of the fault, such as <c>limit</c>.</param>
/// <param name="Name">Name of the upload, which describes the fault.</param>
/// <param name="Ends">A value of <see cref="Ending"/>, or the expected error code, such as <c>media.limit.pixels</c>.</param>
/// <param name="Limit">
/// A setting below <c>Media:Limits</c> that is lowered for this file, such as <c>Pixels=1000</c>; empty for none.
/// </param>
internal sealed record HostileFile(string Kind, string Name, byte[] Content, string Ends = Ending.Any, string Limit = "");

/// <summary>Expected outcomes of files without one expected error code.</summary>
internal static class Ending
{
    /// <summary>Pictures or an error, because the damage may be in a part that is not read.</summary>
    public const string Any = "any";

    /// <summary>Pictures.</summary>
    public const string Done = "done";

    /// <summary>A permanent error.</summary>
    public const string Refused = "refused";
}
