namespace MangaMotion.Hostile;

/// <summary>A damaged, lying or over-large file, or one of a type that is not accepted. None does harm to any program that opens it.</summary>
/// <param name="Kind">Such as <c>limit</c>.</param>
/// <param name="Name">Name as it would be uploaded; it says what is wrong with the file.</param>
/// <param name="Ends">A value of <see cref="Ending"/>, or the code of the expected refusal, such as <c>media.limit.pixels</c>.</param>
/// <param name="Limit">A setting below <c>Media:Limits</c> that is lowered for this file, such as <c>Pixels=1000</c>; empty for none.</param>
internal sealed record HostileFile(string Kind, string Name, byte[] Content, string Ends = Ending.Any, string Limit = "");

/// <summary>Expected outcomes of a file for which no single code is expected.</summary>
internal static class Ending
{
    /// <summary>With pictures, or with a reason: the damage may be in a part that is not read.</summary>
    public const string Any = "any";

    /// <summary>With pictures.</summary>
    public const string Done = "done";

    /// <summary>With a permanent refusal.</summary>
    public const string Refused = "refused";
}
