using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Tests.Camera;

public sealed class CameraPathTests
{
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
                foreach (var panel in (Panel[])[
                    Wide, Tall, Screen, new(0, 0, 1600, 2300, 1), new(0, 2200, 1600, 100, 1), new(700, 900, 1, 1, 1)])
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
    public void The_window_has_the_videos_shape_and_stays_on_the_panel(int width, int height, int x, int y, int w, int h)
    {
        var size = new FrameSize(width, height);
        var path = Over(new Panel(x, y, w, h, 1), size, ReadingDirection.RightToLeft);

        for (var t = -0.5; t < 5; t += 0.1)
        {
            var window = path.GetWindow(t);
            (window.Width / window.Height).ShouldBe(size.Aspect, 1e-9);
            // In each direction the window contains the whole panel or lies within it.
            Beyond(window.X, window.Width, x, w)
                .ShouldBeLessThan(1e-6 + Math.Max(0, window.Width - w), $"{window} looks past the panel sideways");
            Beyond(window.Y, window.Height, y, h)
                .ShouldBeLessThan(1e-6 + Math.Max(0, window.Height - h), $"{window} looks past the panel above or below");
        }

        static double Beyond(double from, double length, int start, int side) =>
            Math.Max(0, start - from) + Math.Max(0, from + length - (start + side));
    }

    [Fact]
    public void The_camera_rests_at_both_ends_and_never_turns_back()
    {
        var path = Over(Wide, FrameSize.Landscape, ReadingDirection.LeftToRight);

        path.GetWindow(0).ShouldBe(path.Start);
        path.GetWindow(0.39).ShouldBe(path.Start);
        path.GetWindow(path.Seconds - 0.39).ShouldBe(path.End);
        path.GetWindow(path.Seconds + 9).ShouldBe(path.End);
        var positions = Enumerable.Range(0, 120).Select(frame => path.GetWindow(frame / 30.0).X).ToArray();
        positions.ShouldBe(positions.Order());
    }

    [Fact]
    public void A_very_short_shot_starts_and_ends_at_its_windows()
    {
        var path = CameraPlan.PlanPath(Tall, FrameSize.Square, 0.2, ReadingDirection.RightToLeft);

        path.GetWindow(0).ShouldBe(path.Start);
        path.GetWindow(0.2).ShouldBe(path.End);
    }

    [Fact]
    public void A_long_panel_in_a_short_shot_is_shown_from_farther_away_instead_of_fast()
    {
        var path = CameraPlan.PlanPath(new Panel(0, 0, 1600, 160, 1), FrameSize.Square, 2.5, ReadingDirection.LeftToRight);

        ((path.End.X - path.Start.X) / path.Start.Width).ShouldBeLessThan(1.03);
    }

    [Theory]
    [InlineData(CameraMove.PushIn)]
    [InlineData(CameraMove.Pan)]
    [InlineData(CameraMove.TiltDown)]
    public void Any_move_can_be_requested_for_a_panel_of_any_shape(CameraMove move)
    {
        foreach (var panel in (Panel[])[Tall, new Panel(100, 100, 800, 450, 1), new Panel(0, 0, 1600, 160, 1)])
        {
            var path = CameraPlan.PlanPath(panel, FrameSize.Landscape, 4, ReadingDirection.LeftToRight, move);

            path.Move.ShouldBe(move);
            path.End.ShouldNotBe(path.Start);
            path.Start.Width.ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public void A_panel_of_nearly_the_videos_shape_fills_the_frame()
    {
        var path = Over(new Panel(0, 0, 1000, 600, 1), FrameSize.Landscape, ReadingDirection.LeftToRight);

        path.Start.Width.ShouldBe(1000);
        path.Start.Height.ShouldBeLessThan(600);
    }

    [Fact]
    public void A_tilt_opens_on_most_of_the_panel_so_that_a_bubble_is_seen_with_its_speaker() =>
        Over(Tall, FrameSize.Landscape, ReadingDirection.LeftToRight).Start.Height.ShouldBeGreaterThanOrEqualTo(0.7 * Tall.Height);

    [Theory]
    [InlineData(100, 200, 1400, 350)]
    [InlineData(900, 200, 400, 1200)]
    [InlineData(200, 300, 800, 460)]
    public void Lettering_is_visible_while_it_is_read(int x, int y, int w, int h)
    {
        var panel = new Panel(x, y, w, h, 1);
        foreach (var size in (FrameSize[])[FrameSize.Landscape, FrameSize.Portrait, FrameSize.Square])
        {
            // A caption at each end of the panel, and one that runs along it.
            foreach (var (left, top, width, height) in ((double, double, double, double)[])
                [(x + 5, y + 5, 80, 30), (x + w - 90, y + h - 40, 80, 30), (x + 10, y + h - 40, w - 20, 30),
                    (x + w - 40, y + 10, 30, h - 20)])
            {
                foreach (var until in (double[])[1.2, 2.5, 3.8])
                {
                    var lettering = new PanelLettering(left, top, width, height, 0.2, until);
                    var path = CameraPlan.PlanPath(panel, size, 4, ReadingDirection.LeftToRight, lettering: [lettering]);

                    path.End.ShouldNotBe(path.Start);
                    for (var t = 0.2; t <= until; t += 0.02)
                    {
                        var window = path.GetWindow(t);
                        (left >= window.X && top >= window.Y && left + width <= window.X + window.Width
                            && top + height <= window.Y + window.Height)
                            .ShouldBeTrue($"{lettering} is cut off by {window} at {t:F2} s of a {path.Move} in {size}");
                    }
                }
            }
        }
    }

    [Fact]
    public void The_camera_follows_the_bubbles_in_the_order_in_which_they_are_read()
    {
        // The boxes are so far apart that no window of the panel's height contains both.
        PanelLettering[] read = [new(1380, 250, 60, 200, 0.4, 1.8), new(130, 250, 60, 200, 4.6, 6)];
        var path = CameraPlan.PlanPath(Wide, FrameSize.Landscape, 6.4, ReadingDirection.RightToLeft, lettering: read);

        path.Move.ShouldBe(CameraMove.Pan);
        path.Start.X.ShouldBeGreaterThan(path.End.X);
        path.Start.Width.ShouldBeLessThan(0.6 * Wide.Width);
        read.ShouldAllBe(text => text.IsVisible(path));
    }

    [Fact]
    public void A_push_ends_beside_the_middle_rather_than_cutting_a_caption()
    {
        var caption = new PanelLettering(230, 700, 300, 30, 0, 4);
        var path = CameraPlan.PlanPath(Screen, FrameSize.Landscape, 4, ReadingDirection.LeftToRight, lettering: [caption]);

        path.Move.ShouldBe(CameraMove.PushIn);
        (path.Start.Width / path.End.Width).ShouldBeGreaterThan(1.1);
        (path.End.Y + path.End.Height).ShouldBeGreaterThan(740);
        path.End.X.ShouldBeLessThan(220);
    }

    private static CameraPath Over(Panel panel, FrameSize size, ReadingDirection direction) =>
        CameraPlan.PlanPath(panel, size, 4, direction);
}
