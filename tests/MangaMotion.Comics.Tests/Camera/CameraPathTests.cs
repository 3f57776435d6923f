using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Tests.Camera;

public sealed class CameraPathTests
{
    private const int PageWidth = 1600;
    private const int PageHeight = 2300;

    private static readonly Panel Wide = new(100, 200, 1400, 350, 1);
    private static readonly Panel Tall = new(900, 200, 400, 1200, 1);
    private static readonly Panel Screen = new(200, 300, 800, 460, 1);

    public static TheoryData<int, int, int, int, int, int> Shapes
    {
        get
        {
            var data = new TheoryData<int, int, int, int, int, int>();
            foreach (var size in (FrameSize[])[FrameSize.Landscape, FrameSize.Portrait, FrameSize.Square])
            {
                foreach (var panel in (Panel[])[Wide, Tall, Screen, new(0, 0, PageWidth, PageHeight, 1), new(0, 2200, 1600, 100, 1), new(700, 900, 1, 1, 1)])
                    data.Add(size.Width, size.Height, panel.X, panel.Y, panel.Width, panel.Height);
            }

            return data;
        }
    }

    [Fact]
    public void A_wide_panel_is_panned_from_the_right_when_read_from_the_right()
    {
        var path = Over(Wide, FrameSize.Landscape, ReadingDirection.RightToLeft);

        path.Move.ShouldBe(CameraMove.Pan);
        path.Start.X.ShouldBeGreaterThan(path.End.X);
        path.Start.Y.ShouldBe(path.End.Y);
    }

    [Fact]
    public void A_wide_panel_is_panned_from_the_left_when_read_from_the_left() =>
        Over(Wide, FrameSize.Landscape, ReadingDirection.LeftToRight).ShouldSatisfyAllConditions(
            path => path.Move.ShouldBe(CameraMove.Pan),
            path => path.Start.X.ShouldBeLessThan(path.End.X));

    [Fact]
    public void A_tall_panel_is_tilted_down() =>
        Over(Tall, FrameSize.Landscape, ReadingDirection.RightToLeft).ShouldSatisfyAllConditions(
            path => path.Move.ShouldBe(CameraMove.TiltDown),
            path => path.Start.Y.ShouldBeLessThan(path.End.Y),
            path => path.Start.X.ShouldBe(path.End.X));

    [Fact]
    public void A_panel_of_the_videos_shape_is_pushed_into_by_fifteen_percent_at_most()
    {
        var path = Over(Screen, FrameSize.Landscape, ReadingDirection.RightToLeft);

        path.Move.ShouldBe(CameraMove.PushIn);
        (path.Start.Width / path.End.Width).ShouldBeInRange(1.05, 1.1501);
        (path.Start.X + (path.Start.Width / 2)).ShouldBe(path.End.X + (path.End.Width / 2), 1e-9);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_window_has_the_videos_shape_and_stays_on_the_page(int width, int height, int x, int y, int w, int h)
    {
        var size = new FrameSize(width, height);
        var path = Over(new Panel(x, y, w, h, 1), size, ReadingDirection.RightToLeft);

        for (var t = -0.5; t < 5; t += 0.1)
        {
            var window = path.At(t);
            (window.Width / window.Height).ShouldBe(size.Aspect, 1e-9);
            if (window.Width <= PageWidth)
                (window.X >= -1e-9 && window.X + window.Width <= PageWidth + 1e-9).ShouldBeTrue($"{window} leaves the page sideways");
            if (window.Height <= PageHeight)
                (window.Y >= -1e-9 && window.Y + window.Height <= PageHeight + 1e-9).ShouldBeTrue($"{window} leaves the page above or below");
        }
    }

    [Fact]
    public void The_camera_rests_at_both_ends_and_never_turns_back()
    {
        var path = Over(Wide, FrameSize.Landscape, ReadingDirection.LeftToRight);

        path.At(0).ShouldBe(path.Start);
        path.At(0.39).ShouldBe(path.Start);
        path.At(path.Seconds - 0.39).ShouldBe(path.End);
        path.At(path.Seconds + 9).ShouldBe(path.End);
        var positions = Enumerable.Range(0, 120).Select(frame => path.At(frame / 30.0).X).ToArray();
        positions.ShouldBe(positions.Order());
    }

    [Fact]
    public void A_very_short_shot_still_begins_and_ends_at_its_windows()
    {
        var path = CameraPath.Over(Tall, PageWidth, PageHeight, FrameSize.Square, 0.2, ReadingDirection.RightToLeft);

        path.At(0).ShouldBe(path.Start);
        path.At(0.2).ShouldBe(path.End);
    }

    [Fact]
    public void A_long_panel_in_a_short_shot_is_shown_from_farther_away_rather_than_raced_along()
    {
        var path = CameraPath.Over(new Panel(0, 0, 1600, 160, 1), PageWidth, PageHeight, FrameSize.Square, 2.5, ReadingDirection.LeftToRight);

        ((path.End.X - path.Start.X) / path.Start.Width).ShouldBeLessThan(1.03);
    }

    [Theory]
    [InlineData(CameraMove.PushIn)]
    [InlineData(CameraMove.Pan)]
    [InlineData(CameraMove.TiltDown)]
    public void Any_move_can_be_asked_for_over_a_panel_of_any_shape(CameraMove move)
    {
        foreach (var panel in (Panel[])[Tall, new Panel(100, 100, 800, 450, 1), new Panel(0, 0, 1600, 160, 1)])
        {
            var path = CameraPath.Over(panel, PageWidth, PageHeight, FrameSize.Landscape, 4, ReadingDirection.LeftToRight, move);

            path.Move.ShouldBe(move);
            path.End.ShouldNotBe(path.Start);
            path.Start.Width.ShouldBeGreaterThan(0);
        }
    }

    private static CameraPath Over(Panel panel, FrameSize size, ReadingDirection direction) =>
        CameraPath.Over(panel, PageWidth, PageHeight, size, 4, direction);
}
