namespace MangaMotion.Console.Pages.Creator;

/// <summary>Bundled chapter with which a newcomer makes the first video.</summary>
internal static class SampleChapter
{
    public const string Title = "The Last Lamp";
    public const string FileName = "the-last-lamp.cbz";

    public static Stream Open() => typeof(SampleChapter).Assembly.GetManifestResourceStream(FileName)
        ?? throw new InvalidOperationException($"{FileName} is not part of the build.");
}
