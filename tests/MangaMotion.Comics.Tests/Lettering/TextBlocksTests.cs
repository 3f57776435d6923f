using MangaMotion.Comics.Lettering;

namespace MangaMotion.Comics.Tests.Lettering;

public sealed class TextBlocksTests
{
    private const int Width = 800;
    private const int Height = 1200;
    private const int Glyph = 18;

    private readonly byte[] _page = [.. Enumerable.Repeat((byte)255, Width * Height)];
    private readonly Random _random = new(5);

    [Fact]
    public void Columns_of_letters_are_one_block_whether_or_not_a_bubble_is_around_them()
    {
        DrawLetters(400, 100, columns: 3, letters: 6);
        DrawLetters(100, 600, columns: 2, letters: 4);
        DrawFrame(80, 580, 90, 130);

        var blocks = TextBlocks.Find(LetteringPage.Create(_page, Width, Height)).OrderBy(block => block.Y).ToList();

        blocks.Count.ShouldBe(2);
        MeasureOverlap(blocks[0], 400, 100, 3, 6).ShouldBeGreaterThan(0.85);
        MeasureOverlap(blocks[1], 100, 600, 2, 4).ShouldBeGreaterThan(0.85);
        blocks.ShouldAllBe(block => block.Glyph > 12 && block.Glyph < 24);
    }

    [Fact]
    public void Rays_and_tone_around_the_letters_do_not_belong_to_them()
    {
        DrawLetters(400, 400, columns: 2, letters: 5);
        for (var angle = 0.0; angle < 6.2; angle += 0.2)
        {
            for (var r = 90.0; r < 120; r += 0.5)
                _page[((int)(450 + (r * Math.Sin(angle))) * Width) + (int)(420 + (r * Math.Cos(angle)))] = 0;
        }

        for (var y = 700; y < 900; y += 5)
        {
            for (var x = 200; x < 600; x += 5)
                FillBox(x, y, 2, 2);
        }

        var block = TextBlocks.Find(LetteringPage.Create(_page, Width, Height)).ShouldHaveSingleItem();
        MeasureOverlap(block, 400, 400, 2, 5).ShouldBeGreaterThan(0.85);
    }

    [Fact]
    public void A_page_without_lettering_has_none()
    {
        TextBlocks.Find(LetteringPage.Create(_page, Width, Height)).ShouldBeEmpty();
        TextBlocks.Find(LetteringPage.Create([.. Enumerable.Repeat((byte)0, Width * Height)], Width, Height)).ShouldBeEmpty();
        TextBlocks.Find(LetteringPage.Create([7], 1, 1)).ShouldBeEmpty();

        for (var y = 0; y < Height; y += 40)
            FillBox(0, y, Width, 12);
        TextBlocks.Find(LetteringPage.Create(_page, Width, Height)).ShouldBeEmpty();
    }

    [Fact]
    public void The_crop_of_a_block_has_its_letters_and_not_the_bubble()
    {
        DrawLetters(400, 100, columns: 2, letters: 6);
        DrawFrame(391, 80, 60, 160);
        var block = TextBlocks.Find(LetteringPage.Create(_page, Width, Height)).ShouldHaveSingleItem();

        var crop = TextCrop.CutBlock(_page, Width, Height, block);

        var scale = crop.Width / (block.Width + Glyph + 1.0);
        scale.ShouldBeInRange(2.5, 4);
        // No ink touches the crop's edge, and the letters' ink remains.
        Enumerable.Range(0, crop.Width).ShouldAllBe(x => crop.Pixels[x] > 100 && crop.Pixels[((crop.Height - 1) * crop.Width) + x] > 100);
        var ink = crop.Pixels.Count(value => value < 128) / scale / scale;
        var drawn = 2 * 6 * Glyph * Glyph * 0.4;
        ink.ShouldBeInRange(0.5 * drawn, 1.5 * drawn);
    }

    [Fact]
    public void A_crop_beyond_the_page_is_clipped_to_it()
    {
        var crop = TextCrop.CutRectangle(_page, Width, Height, -50, -50, 100, 100, 2);
        (crop.Width, crop.Height).ShouldBe((100, 100));
        TextCrop.CutRectangle(_page, Width, Height, 5000, 5000, 10, 10, 2).Pixels.ShouldAllBe(value => value == 255);
    }

    /// <summary>Draws columns of letters made of random strokes.</summary>
    private void DrawLetters(int left, int top, int columns, int letters)
    {
        for (var column = 0; column < columns; column++)
        {
            for (var letter = 0; letter < letters; letter++)
            {
                var (x, y) = (left + (column * (Glyph + 6)), top + (letter * (Glyph + 3)));
                for (var stroke = 0; stroke < 3; stroke++)
                {
                    FillBox(x, y + _random.Next(Glyph - 2), Glyph, 2);
                    FillBox(x + _random.Next(Glyph - 2), y, 2, Glyph);
                }
            }
        }
    }

    private void DrawFrame(int x, int y, int width, int height)
    {
        FillBox(x, y, width, 3);
        FillBox(x, y + height - 3, width, 3);
        FillBox(x, y, 3, height);
        FillBox(x + width - 3, y, 3, height);
    }

    private void FillBox(int x, int y, int width, int height)
    {
        for (var row = y; row < Math.Min(Height, y + height); row++)
            _page.AsSpan((row * Width) + x, width).Clear();
    }

    private static double MeasureOverlap(TextBlock block, int left, int top, int columns, int letters)
    {
        int width = (columns * (Glyph + 6)) - 6, height = (letters * (Glyph + 3)) - 3;
        double across = Math.Min(block.X + block.Width, left + width) - Math.Max(block.X, left);
        double along = Math.Min(block.Y + block.Height, top + height) - Math.Max(block.Y, top);
        var both = Math.Max(0, across) * Math.Max(0, along);
        return both / ((block.Width * block.Height) + (width * height) - both);
    }
}
