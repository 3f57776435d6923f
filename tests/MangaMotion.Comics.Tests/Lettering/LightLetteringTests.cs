using MangaMotion.Comics.Lettering;

namespace MangaMotion.Comics.Tests.Lettering;

public sealed class LightLetteringTests
{
    private const int Width = 1000;
    private const int Height = 1400;

    private readonly byte[] _page = [.. Enumerable.Range(0, Width * Height).Select(at => (byte)(60 + (at % 7)))];

    [Fact]
    public void A_row_of_light_letters_is_cropped_alone_in_black_on_white()
    {
        foreach (var x in (int[])[300, 350, 400, 450])
            DrawLetter(x, 500, 40);
        // Rain above the letters and a lit window beside them.
        FillBox(200, 440, 3, 40);
        FillBox(600, 480, 120, 90);

        var crop = LightLettering.Find(LetteringPage.Create(_page, Width, Height)).ShouldHaveSingleItem();

        crop.Left.ShouldBeInRange(270, 300);
        crop.Top.ShouldBeInRange(470, 500);
        (crop.Width / crop.Scale).ShouldBeInRange(190, 260);
        crop.Pixels[0].ShouldBe((byte)255);
        var ink = crop.Pixels.Count(value => value < 128) / crop.Scale / crop.Scale;
        ink.ShouldBe(4 * ((10 * 40) + (24 * 10)), tolerance: 200);
    }

    [Fact]
    public void Two_letters_or_lights_of_different_sizes_are_not_lettering()
    {
        DrawLetter(300, 200, 40);
        DrawLetter(350, 200, 40);
        foreach (var (i, x) in ((int[])[300, 350, 420, 480]).Index())
            DrawLetter(x, 700, 24 + (12 * i));
        LightLettering.Find(LetteringPage.Create(_page, Width, Height)).ShouldBeEmpty();
        LightLettering.Find(LetteringPage.Create([255], 1, 1)).ShouldBeEmpty();
    }

    /// <summary>Draws an L.</summary>
    private void DrawLetter(int x, int y, int height)
    {
        FillBox(x, y, 10, height);
        FillBox(x + 10, y + height - 10, 24, 10);
    }

    private void FillBox(int x, int y, int width, int height)
    {
        for (var row = y; row < y + height; row++)
            _page.AsSpan((row * Width) + x, width).Fill(240);
    }
}
