namespace MangaMotion.Hostile;

/// <summary>A file that somebody might send who means no good, or whose disk was dying.</summary>
/// <param name="Kind">Such as <c>bomb</c>.</param>
/// <param name="Name">As it would be uploaded; also what is wrong with it.</param>
/// <param name="Ends">One of <see cref="Ending"/>, or the code that it must be refused with, such as <c>media.limit.pixels</c>.</param>
internal sealed record HostileFile(string Kind, string Name, byte[] Content, string Ends = Ending.Any);

/// <summary>How a file must end where no single code is asked for.</summary>
internal static class Ending
{
    /// <summary>With pictures, or with a reason: the damage may have hit what nobody looks at.</summary>
    public const string Any = "any";

    /// <summary>With pictures.</summary>
    public const string Done = "done";

    /// <summary>With a reason, for good: trying again is of no use.</summary>
    public const string Refused = "refused";
}
