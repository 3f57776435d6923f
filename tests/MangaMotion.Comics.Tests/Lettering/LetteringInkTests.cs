using MangaMotion.Comics.Lettering;

namespace MangaMotion.Comics.Tests.Lettering;

public sealed class LetteringInkTests
{
    private const int Width = 200, Height = 200;

    [Theory]
    [InlineData("blank", false)]
    [InlineData("rectangle", false)]
    [InlineData("grey", false)]
    [InlineData("strokes", true)]
    public void Letters_have_ink_and_paper(string shape, bool expected)
    {
        var grey = new byte[Width * Height];
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                grey[(y * Width) + x] = (byte)(x is < 50 or >= 150 || y is < 50 or >= 150 ? 255 : shape switch
                {
                    "blank" => 255,
                    "rectangle" => 0,
                    "grey" => 180 + ((x + y) % 2 * 40),
                    _ => x % 12 < 3 ? 0 : 255,
                });
            }
        }

        LetteringInk.IsIn(grey, Width, new PageLine(48, 48, 104, 104, "", 0)).ShouldBe(expected);
    }
}
