using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Tests.Synthesis;

/// <summary>Kind of page to draw.</summary>
public enum PageKind
{
    /// <summary>Left to right, straight tiers, even gutters, dense art, captions, sometimes a black page.</summary>
    Western,

    /// <summary>Right to left, wide row gutters and narrow column gutters, mostly framed.</summary>
    Manga,

    /// <summary>Manga with slants, bleeds, borderless panels, and figures and balloons over gutters.</summary>
    WildManga,

    /// <summary>Two columns of four equal panels, read down the right one first.</summary>
    FourKoma,

    /// <summary>Two manga pages scanned as one picture.</summary>
    Spread,

    /// <summary>Gutters with paper texture, a tint or a screentone.</summary>
    Textured,

    /// <summary>Panels that share one frame line, without gutters.</summary>
    SharedLines,

    /// <summary>Panels with a smaller framed one laid over a corner.</summary>
    Insets,

    /// <summary>A long vertical strip with blank space between panels.</summary>
    Webtoon,

    /// <summary>Manga on black paper.</summary>
    Night,
}

/// <summary>Drawn page with its true panels.</summary>
/// <param name="Panels">Bounding boxes of the panels in reading order.</param>
public sealed record SyntheticPage(
    PageKind Kind, int Seed, int Width, int Height, byte[] Grey, ReadingDirection Direction, IReadOnlyList<Box> Panels)
{
    public PageLayout Detect() => PanelDetector.Detect(Grey, Width, Height, Width, Direction);

    public static PageScore Score(PageKind kind, int pages)
    {
        var score = new PageScore();
        foreach (var layout in Enumerable.Range(1, pages).AsParallel().Select(seed => PageArtist.Draw(kind, seed))
            .Select(page => (page, found: page.Detect())))
            score.Add(layout.found.Panels, layout.page.Panels);
        return score;
    }
}
