using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Subtitles;

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

    [Theory]
    [InlineData(1080, 1920)]
    [InlineData(1080, 1080)]
    [InlineData(1920, 1080)]
    public void In_nine_of_ten_shots_the_panel_fills_four_fifths_of_the_height(int width, int height)
    {
        var shares = new List<double>();
        foreach (var (w, h) in ((int, int)[])[(1460, 620), (1600, 300), (1400, 350), (700, 640), (480, 800), (1000, 1400), (1500, 2200)])
        {
            var panel = new Panel(60, 60, w, h, 1);
            // Without words, and with bubbles of usual sizes at the places where artists put them.
            shares.Add(ShareOfHeight(panel, 1.8, []));
            shares.Add(ShareOfHeight(panel, 3.5, [Bubble(0.15, 0.2, 0.2, 2.9)]));
            shares.Add(ShareOfHeight(panel, 3.5, [Bubble(0.85, 0.3, 0.2, 2.9)]));
            shares.Add(ShareOfHeight(panel, 5.5, [Bubble(0.2, 0.25, 0.2, 2.6), Bubble(0.8, 0.6, 2.4, 5.1)]));

            PanelLettering Bubble(double x, double y, double from, double until)
            {
                var side = 0.3 * Math.Min(w, h);
                return new(60 + (x * w) - (side / 2), 60 + (y * h) - (side / 2), side, side, from, until);
            }
        }

        ((double)shares.Count(share => share >= 0.8) / shares.Count)
            .ShouldBeGreaterThanOrEqualTo(0.9, string.Join(' ', shares.Select(share => $"{share:F2}")));

        double ShareOfHeight(Panel panel, double seconds, IReadOnlyList<PanelLettering> lettering)
        {
            var path = CameraPlan.PlanPath(panel, new(width, height), seconds, ReadingDirection.LeftToRight, lettering: lettering);
            // The last 0.2 s are for slow readers; the camera may cut to the next bubble when the voice goes on to it.
            lettering.Select(text => text with { Until = text.Until - 0.21 }).ShouldAllBe(text => text.IsVisible(path));
            return Enumerable.Range(0, (int)(seconds * 10)).Average(i => Math.Min(1, panel.Height / path.GetWindow(i / 10.0).Height));
        }
    }

    /// <summary>Tests one bubble at each of nine places of panels of several shapes.</summary>
    [Theory]
    [InlineData(1080, 1920)]
    [InlineData(1080, 1080)]
    [InlineData(1920, 1080)]
    public void No_bubble_is_cut_while_it_is_read_or_where_the_camera_rests(int width, int height)
    {
        foreach (var (w, h) in ((int, int)[])[(1460, 620), (1400, 350), (700, 640), (480, 800), (1000, 1400)])
        {
            var (panel, side) = (new Panel(60, 60, w, h, 1), 0.3 * Math.Min(w, h));
            foreach (var x in (double[])[0.03, 0.5, 0.97])
            {
                foreach (var y in (double[])[0.03, 0.5, 0.97])
                {
                    var bubble = new PanelLettering(60 + (x * (w - (1.4 * side))), 60 + (y * (h - side)), 1.4 * side, side, 0.4, 2.4);
                    var path = CameraPlan.PlanPath(panel, new(width, height), 4.5, ReadingDirection.LeftToRight, lettering: [bubble]);

                    bubble.IsVisible(path).ShouldBeTrue($"{bubble} is cut by {path.Start} … {path.End} while it is read");
                    foreach (var window in path.Windows)
                        bubble.IsCutBy(window).ShouldBeFalse($"{bubble} is cut by {window} of {path.Move} over {panel}");
                }
            }
        }
    }

    [Fact]
    public void A_caption_that_is_wider_than_the_frame_is_read_from_farther_away_before_the_picture_fills_the_frame()
    {
        var caption = new PanelLettering(150, 480, 900, 50, 0.4, 2.4);
        var path = CameraPlan.PlanPath(
            Wide, FrameSize.Portrait, 4.5, ReadingDirection.LeftToRight, lettering: [caption], focus: new PagePoint(1300, 350));

        caption.IsVisible(path).ShouldBeTrue();
        path.GetWindow(2.3).Height.ShouldBeGreaterThan(2 * Wide.Height);
        path.GetWindow(2.6).Height.ShouldBeLessThanOrEqualTo(Wide.Height);
        caption.IsCutBy(path.GetWindow(4.4)).ShouldBeFalse();
        path.GetWindow(4.4).X.ShouldBeLessThan(1300);
    }

    [Fact]
    public void The_time_of_a_line_is_divided_by_its_words()
    {
        // A short noise in a large box follows a long caption in a small one.
        TimedWord[] words =
            [new("Then", 1, 1.3), new("the", 1.3, 1.5), new("storm", 1.5, 2), new("strikes.", 2, 2.6), new("Krak!", 3.1, 3.5)];

        PanelLettering.DivideTime([19, 4], words, 1, 3.5).ShouldBe([(1, 2.6), (3.1, 3.5)]);
        PanelLettering.DivideTime([3, 1], [], 1, 3).ShouldBe([(1, 2.5), (2.5, 3)]);
        PanelLettering.DivideTime([5, 5, 5], [new("One.", 0, 1)], 0, 1).ShouldAllBe(time => time.From == 0 && time.Until == 1);
    }

    [Fact]
    public void A_reader_sees_the_first_bubble_before_the_voice_begins_and_each_bubble_after_it()
    {
        PanelLettering[] spoken = [new(0, 0, 9, 9, 0.7, 2), new(0, 0, 9, 9, 2, 3)];

        var read = PanelLettering.ExtendForReader(spoken);

        read.Select(text => text.From).ShouldBe([0.4, 2], 1e-9);
        read.Zip(spoken).ShouldAllBe(pair => pair.First.Until > pair.Second.Until);
    }

    [Fact]
    public void A_wide_panel_in_a_tall_frame_is_cropped_to_its_focus()
    {
        foreach (var x in (double[])[150, 700, 1450])
        {
            var path = CameraPlan.PlanPath(
                Wide, FrameSize.Portrait, 2, ReadingDirection.LeftToRight, focus: new PagePoint(x, 300));

            path.Start.X.ShouldBeLessThan(path.End.X);
            var windows = Enumerable.Range(0, 20).Select(i => path.GetWindow(i / 10.0)).ToList();
            windows.Count(window => window.X <= x && x <= window.X + window.Width).ShouldBeGreaterThanOrEqualTo(10, $"{x}");
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
        (path.End.Y + path.End.Height).ShouldBeGreaterThan(735);
        path.End.X.ShouldBeLessThan(225);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Wide_panels_with_several_wide_bubbles_fill_a_portrait_frame(int bubbles)
    {
        const int Panels = 20;
        var random = new Random(bubbles);
        var shares = new List<double>();
        for (var i = 0; i < Panels; i++)
        {
            var panel = new Panel(0, 0, 700, random.Next(230, 420), 1);
            var (read, seconds) = PlaceBubbles(panel, bubbles, random);
            var path = CameraPlan.PlanPath(
                panel, FrameSize.Portrait, seconds, ReadingDirection.RightToLeft, CameraMove.Pan, PanelLettering.ExtendForReader(read));

            foreach (var text in read)
                Times(text.From, text.Until).ShouldAllBe(time => text.FitsIn(path.GetWindow(time)));
            shares.Add(Times(0, seconds).Average(time => Math.Min(1, panel.Height / path.GetWindow(time).Height)));
        }

        shares.Average().ShouldBeGreaterThan(0.83);
        shares.Count(share => share >= 0.8).ShouldBeGreaterThanOrEqualTo(14);

        static IEnumerable<double> Times(double from, double until) =>
            Enumerable.Range(0, (int)((until - from) * 30)).Select(frame => from + ((frame + 0.5) / 30));
    }

    /// <summary>Places bubbles from right to left, each in a strip of its own.</summary>
    /// <returns>The bubbles with the times in which they are said, and the length of the shot in seconds.</returns>
    private static (IReadOnlyList<PanelLettering> Bubbles, double Seconds) PlaceBubbles(Panel panel, int count, Random random)
    {
        var bubbles = new List<PanelLettering>();
        double strip = panel.Width / (double)count, at = 0.2;
        for (var i = 0; i < count; i++)
        {
            var width = Math.Min(random.Next(90, 240), strip - 8);
            var height = panel.Height * (0.2 + (0.3 * random.NextDouble()));
            var left = panel.Width - ((i + 1) * strip) + 4 + (random.NextDouble() * (strip - 8 - width));
            var said = 0.7 + (2.3 * random.NextDouble());
            bubbles.Add(new(left, random.NextDouble() * (panel.Height - height), width, height, at, at + said));
            at += said + 0.3;
        }

        return (bubbles, at + 0.1);
    }

    private static CameraPath Over(Panel panel, FrameSize size, ReadingDirection direction) =>
        CameraPlan.PlanPath(panel, size, 4, direction);
}
