using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Tests;

public sealed class PanelFocusTests
{
    private const int Width = 1000, Height = 600;
    private static readonly Panel Panel = new(100, 100, 800, 300, 1);

    [Theory]
    [InlineData(150, 200)]
    [InlineData(480, 260)]
    [InlineData(800, 300)]
    public void The_focus_is_where_most_is_drawn(int x, int y)
    {
        var page = new byte[Width * Height];
        Array.Fill(page, (byte)255);
        for (var row = y - 60; row < y + 60; row++)
        {
            for (var column = x - 40; column < x + 40; column++)
                page[(row * Width) + column] = (byte)((row + column) % 8 < 4 ? 0 : 255);
        }

        var focus = PanelFocus.Find(page, Width, Panel);

        // The window of 210 pixels that holds the drawing and stays on the panel.
        focus.X.ShouldBe(Math.Clamp(x, 205, 795), 80);
        focus.Y.ShouldBe(Math.Clamp(y, 205, 295), 60);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_empty_or_evenly_drawn_panel_has_its_focus_in_the_middle(bool drawn)
    {
        var page = new byte[Width * Height];
        for (var i = 0; drawn && i < page.Length; i++)
            page[i] = (byte)(i % 8 < 4 ? 0 : 255);

        var focus = PanelFocus.Find(page, Width, Panel);

        focus.X.ShouldBe(500, 20);
        focus.Y.ShouldBe(250, 10);
    }
}
