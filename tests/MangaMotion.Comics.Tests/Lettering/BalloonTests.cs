using MangaMotion.Comics.Lettering;

namespace MangaMotion.Comics.Tests.Lettering;

/// <summary>Balloons drawn on a grey page of 600 × 400 pixels, with lettering of 160 × 40 in the middle.</summary>
public sealed class BalloonTests
{
    private const int Width = 600, Height = 400;

    [Fact]
    public void The_outline_of_a_balloon_is_found_without_its_tail()
    {
        var page = Draw((x, y) => Ellipse(x, y) <= 1 || (x is > 290 and < 310 && y is > 200 and < 380), outline: true);

        var balloon = Find(page).ShouldNotBeNull();

        // Semi-axes of 140 and 60 pixels around the middle of the page.
        balloon.X.ShouldBe(160, 12);
        balloon.Y.ShouldBe(140, 8);
        (balloon.X + balloon.Width).ShouldBe(440, 12);
        (balloon.Y + balloon.Height).ShouldBe(260, 8);
    }

    [Fact]
    public void The_box_of_a_caption_is_found() =>
        Find(Draw((x, y) => x is >= 200 and < 400 && y is >= 165 and < 235, outline: false)).ShouldNotBeNull().ShouldSatisfyAllConditions(
            box => box.X.ShouldBe(200, 4),
            box => box.Y.ShouldBe(165, 4),
            box => box.Width.ShouldBe(200, 8),
            box => box.Height.ShouldBe(70, 8));

    [Fact]
    public void Lettering_on_open_paper_or_on_a_dark_picture_has_no_balloon()
    {
        Find(Draw((_, _) => true, outline: false)).ShouldBeNull();
        Find(Draw((_, _) => false, outline: false)).ShouldBeNull();
    }

    [Fact]
    public void Lettering_at_the_corner_of_a_tiny_page_is_searched_within_the_page()
    {
        Balloon.Find(new byte[4], 2, 2, 0, 0, 2, 2).ShouldBeNull();
        Balloon.Find(new byte[10_000], 100, 100, 90, 90, 20, 20).ShouldBeNull();
    }

    private static Balloon? Find(byte[] page) => Balloon.Find(page, Width, Height, 220, 180, 160, 40);

    private static double Ellipse(double x, double y) => Math.Pow((x - 300) / 140, 2) + Math.Pow((y - 200) / 60, 2);

    /// <summary>Draws paper on a dark picture, and letters on the paper.</summary>
    /// <param name="outline">Whether a black line of 3 pixels surrounds the balloon.</param>
    private static byte[] Draw(Func<int, int, bool> isPaper, bool outline)
    {
        var page = new byte[Width * Height];
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var isLetter = x is >= 220 and < 380 && y is >= 180 and < 220 && x / 6 % 2 == 0;
                var isLine = outline && isPaper(x, y)
                    && !(isPaper(x - 3, y) && isPaper(x + 3, y) && isPaper(x, y - 3) && isPaper(x, y + 3));
                page[(y * Width) + x] = (byte)(isLetter || isLine ? 10 : isPaper(x, y) ? 245 : 90);
            }
        }

        return page;
    }
}
