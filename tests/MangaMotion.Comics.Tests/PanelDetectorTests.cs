using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Tests.Synthesis;

namespace MangaMotion.Comics.Tests;

public sealed class PanelDetectorTests
{
    [Theory]
    [InlineData(PageKind.Western, 0.99, 0.98)]
    [InlineData(PageKind.Manga, 0.95, 0.92)]
    [InlineData(PageKind.WildManga, 0.87, 0.74)]
    [InlineData(PageKind.FourKoma, 0.99, 0.98)]
    [InlineData(PageKind.Spread, 0.95, 0.93)]
    [InlineData(PageKind.Textured, 0.95, 0.90)]
    [InlineData(PageKind.SharedLines, 0.60, 0.50)]
    [InlineData(PageKind.Insets, 0.90, 0.89)]
    [InlineData(PageKind.Webtoon, 0.85, 0.80)]
    public void Panels_are_found_in_reading_order(PageKind kind, double f1At50, double f1At80)
    {
        var score = SyntheticPage.Score(kind, pages: 12);

        score.F1At50.ShouldBeGreaterThanOrEqualTo(f1At50);
        score.F1At80.ShouldBeGreaterThanOrEqualTo(f1At80);
        score.Tau.ShouldBeGreaterThanOrEqualTo(0.95);
    }

    [Theory]
    [InlineData(1, 1, 255)]
    [InlineData(1, 1, 0)]
    [InlineData(3, 2000, 128)]
    [InlineData(800, 1200, 255)]
    [InlineData(800, 1200, 0)]
    [InlineData(690, 30_000, 255)]
    public void A_page_of_one_grey_is_one_doubtful_panel(int width, int height, byte grey)
    {
        var pixels = new byte[width * height];
        Array.Fill(pixels, grey);

        var layout = PanelDetector.Detect(pixels, width, height, width, ReadingDirection.LeftToRight);

        var panel = layout.Panels.ShouldHaveSingleItem();
        (panel.X, panel.Y, panel.Width, panel.Height).ShouldBe((0, 0, width, height));
        layout.Confidence.ShouldBeLessThan(0.5);
    }

    [Fact]
    public void A_buffer_that_is_too_short_is_refused_with_the_sizes() =>
        Should.Throw<ArgumentException>(() => PanelDetector.Detect(new byte[99], 10, 10, 10, ReadingDirection.LeftToRight))
            .Message.ShouldContain("needs 100 bytes; the buffer holds 99");
}
