using MangaMotion.Comics.Lettering;

namespace MangaMotion.Comics.Tests.Lettering;

public sealed class LightLetteringTests
{
    private const int Width = 1000;
    private const int Height = 1400;

    private readonly byte[] _page = [.. Enumerable.Range(0, Width * Height).Select(at => (byte)(60 + (at % 7)))];

    [Fact]
    public void Light_letters_in_a_row_are_handed_on_dark_on_blank_paper_and_alone()
    {
        foreach (var x in (int[])[300, 350, 400, 450])
            Letter(x, 500, 40);
        // Rain over them, and a lit window beside them.
        Fill(200, 440, 3, 40);
        Fill(600, 480, 120, 90);

        var crop = LightLettering.Find(LetteringPage.Of(_page, Width, Height)).ShouldHaveSingleItem();

        crop.Left.ShouldBeInRange(270, 300);
        crop.Top.ShouldBeInRange(470, 500);
        (crop.Width / crop.Scale).ShouldBeInRange(190, 260);
        crop.Pixels[0].ShouldBe((byte)255);
        var ink = crop.Pixels.Count(value => value < 128) / crop.Scale / crop.Scale;
        ink.ShouldBe(4 * ((10 * 40) + (24 * 10)), tolerance: 200);
    }

    [Fact]
    public void Two_letters_and_lights_of_many_sizes_are_none()
    {
        Letter(300, 200, 40);
        Letter(350, 200, 40);
        foreach (var (i, x) in ((int[])[300, 350, 420, 480]).Index())
            Letter(x, 700, 24 + (12 * i));
        LightLettering.Find(LetteringPage.Of(_page, Width, Height)).ShouldBeEmpty();
        LightLettering.Find(LetteringPage.Of([255], 1, 1)).ShouldBeEmpty();
    }

    /// <summary>An L.</summary>
    private void Letter(int x, int y, int height)
    {
        Fill(x, y, 10, height);
        Fill(x + 10, y + height - 10, 24, 10);
    }

    private void Fill(int x, int y, int width, int height)
    {
        for (var row = y; row < y + height; row++)
            _page.AsSpan((row * Width) + x, width).Fill(240);
    }
}
