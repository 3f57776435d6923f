using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Tests.Synthesis;

namespace MangaMotion.Comics.Tests;

public sealed class PanelDetectorTests
{
    [Theory]
    [InlineData(PageKind.Western, 0.96, 0.95)]
    [InlineData(PageKind.Manga, 0.91, 0.87)]
    [InlineData(PageKind.WildManga, 0.88, 0.77)]
    [InlineData(PageKind.FourKoma, 0.98, 0.97)]
    [InlineData(PageKind.Spread, 0.90, 0.85)]
    [InlineData(PageKind.Textured, 0.95, 0.90)]
    [InlineData(PageKind.SharedLines, 0.65, 0.55)]
    [InlineData(PageKind.Insets, 0.88, 0.86)]
    [InlineData(PageKind.Webtoon, 0.95, 0.90)]
    [InlineData(PageKind.Night, 0.90, 0.87)]
    public void Panels_are_found_in_reading_order(PageKind kind, double f1At50, double f1At80)
    {
        var score = SyntheticPage.Score(kind, pages: 12);

        score.F1At50.ShouldBeGreaterThanOrEqualTo(f1At50);
        score.F1At80.ShouldBeGreaterThanOrEqualTo(f1At80);
        score.Tau.ShouldBeGreaterThanOrEqualTo(0.93);
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

    [Theory]
    [InlineData(600, 800)]
    [InlineData(300, 2000)]
    [InlineData(5, 7)]
    public void Noise_gives_panels_that_lie_on_the_page_and_are_doubtful_when_they_are_many(int width, int height)
    {
        var pixels = new byte[width * height];
        new Random(11).NextBytes(pixels);

        var layout = PanelDetector.Detect(pixels, width, height, width, ReadingDirection.RightToLeft);

        layout.Panels.ShouldNotBeEmpty();
        layout.Panels.ShouldAllBe(panel => panel.X >= 0 && panel.Y >= 0 && panel.Width > 0 && panel.Height > 0
            && panel.X + panel.Width <= width && panel.Y + panel.Height <= height);
        (layout.Panels.Count == 1 || layout.Confidence < 0.5).ShouldBeTrue();
    }

    [Fact]
    public void Rows_of_a_wider_buffer_are_read_by_their_stride()
    {
        var page = PageArtist.Draw(PageKind.Manga, 1);
        var stride = page.Width + 37;
        var wider = new byte[stride * page.Height];
        for (var y = 0; y < page.Height; y++)
            page.Grey.AsSpan(y * page.Width, page.Width).CopyTo(wider.AsSpan(y * stride));

        var layout = PanelDetector.Detect(wider, page.Width, page.Height, stride, page.Direction);

        layout.Panels.Select(Corners).ShouldBe(page.Detect().Panels.Select(Corners));

        static (int, int, int, int, double, string) Corners(Panel panel) =>
            (panel.X, panel.Y, panel.Width, panel.Height, panel.Confidence, string.Join(' ', panel.Outline ?? []));
    }

    [Fact]
    public void A_strip_of_thirty_thousand_rows_is_divided_at_its_blank_rows()
    {
        const int Width = 690, Height = 30_000, Pitch = 1000;
        var pixels = new byte[Width * Height];
        Array.Fill(pixels, (byte)255);
        for (var top = 100; top + 800 < Height; top += Pitch)
        {
            for (var y = top; y < top + 800; y++)
                pixels.AsSpan((y * Width) + 30, Width - 60).Fill((byte)(y % 50 < 25 ? 60 : 140));
        }

        var layout = PanelDetector.Detect(pixels, Width, Height, Width, ReadingDirection.LeftToRight);

        layout.Panels.Count.ShouldBe(Height / Pitch);
        for (var i = 0; i < layout.Panels.Count; i++)
        {
            layout.Panels[i].Y.ShouldBeInRange(94 + (i * Pitch), 106 + (i * Pitch));
            layout.Panels[i].Height.ShouldBeInRange(788, 812);
        }
    }

    [Fact]
    public void A_buffer_that_is_too_short_is_rejected_with_the_sizes() =>
        Should.Throw<ArgumentException>(() => PanelDetector.Detect(new byte[99], 10, 10, 10, ReadingDirection.LeftToRight))
            .Message.ShouldContain("needs 100 bytes; the buffer holds 99");
}
