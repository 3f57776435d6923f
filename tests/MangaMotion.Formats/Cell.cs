namespace MangaMotion.Formats;

/// <summary>One row of the matrix in docs/formats.md.</summary>
/// <param name="Group">Heading of the table, such as <c>Videos</c>.</param>
/// <param name="Container">File format, such as <c>Matroska</c>.</param>
/// <param name="Codec">Codec or encoding, such as <c>H.264</c>.</param>
/// <param name="Declared">What the file declares, and how: colour, duration, rotation, channels.</param>
/// <param name="Run">Makes the file, sends it through the product, checks the pixels or peaks, and describes what came out.</param>
public sealed record Cell(string Group, string Container, string Codec, string Declared, Func<Bench, Task<string>> Run)
{
    public string Name => $"{Group}: {Container}, {Codec}, {Declared}";
}
