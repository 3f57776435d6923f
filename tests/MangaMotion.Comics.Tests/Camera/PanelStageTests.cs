using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Tests.Camera;

public sealed class PanelStageTests
{
    public static TheoryData<int, int, int, int, int, int> Panels => new()
    {
        { 0, 0, 1600, 900, 1920, 1080 }, { 100, 200, 1800, 500, 1920, 1080 }, { 50, 60, 500, 1800, 1920, 1080 },
        { 0, 0, 30_000, 400, 1920, 1080 },
        { 0, 0, 9_000, 11_000, 1080, 1920 }, { 7, 9, 16, 16, 1080, 1080 }, { 3, 5, 800, 12_000, 1080, 1920 },
        { 0, 0, 65_535, 65_535, 640, 360 },
    };

    [Theory]
    [MemberData(nameof(Panels))]
    public void The_canvas_contains_the_camera_path_and_has_a_bounded_number_of_pixels(
        int x, int y, int width, int height, int frameWidth, int frameHeight)
    {
        var output = new FrameSize(frameWidth, frameHeight);

        var stage = Create(new Panel(x, y, width, height, 1), output, 5, ReadingDirection.RightToLeft);

        ((long)stage.Width * stage.Height).ShouldBeLessThan(12_200_000);
        for (var time = 0.0; time <= 5; time += 0.25)
        {
            var window = stage.Path.GetWindow(time);
            window.X.ShouldBeGreaterThanOrEqualTo(-0.01);
            window.Y.ShouldBeGreaterThanOrEqualTo(-0.01);
            (window.X + window.Width).ShouldBeLessThanOrEqualTo(stage.Width + 0.01);
            (window.Y + window.Height).ShouldBeLessThanOrEqualTo(stage.Height + 0.01);
            (window.Width / window.Height).ShouldBe(output.Aspect, 0.001);
        }

        // The panel keeps its aspect and lies on the canvas.
        ((double)stage.PanelWidth / stage.PanelHeight).ShouldBe((double)width / height, (double)width / height * 0.05);
        (stage.Left < stage.Width && stage.Left + stage.PanelWidth > 0 && stage.Top < stage.Height && stage.Top + stage.PanelHeight > 0)
            .ShouldBeTrue();
    }

    [Fact]
    public void A_push_starts_with_the_panel_in_the_middle_and_ends_closer_by_at_most_15_percent()
    {
        var stage = Create(new Panel(300, 400, 1000, 563, 1), FrameSize.Landscape, 4, ReadingDirection.LeftToRight);

        var (start, end) = (stage.Path.Start, stage.Path.End);
        (start.X + (start.Width / 2)).ShouldBe(stage.Left + (stage.PanelWidth / 2.0), 1);
        start.Height.ShouldBeGreaterThanOrEqualTo(stage.PanelHeight - 1);
        (start.Width / end.Width).ShouldBe(1.15, 0.001);
    }

    [Fact]
    public void A_mask_is_full_inside_the_corners_empty_outside_and_partial_at_the_edges()
    {
        var panel = new Panel(50, 60, 200, 100, 1) { Outline = [new(50, 60), new(250, 60), new(200, 160), new(50, 160)] };
        var stage = new PanelStage(400, 300, 0, 0, 200, 100,
            Create(panel, FrameSize.Landscape, 3, ReadingDirection.LeftToRight).Path);

        var mask = stage.CreateMask(panel)!;

        mask.Sum(value => value / 255.0).ShouldBe(17_500, 30);
        (mask[0], mask[190], mask[(50 * 200) + 170], mask[(50 * 200) + 179], mask[^1], mask[99 * 200])
            .ShouldBe(((byte)255, (byte)255, (byte)255, (byte)0, (byte)0, (byte)255));
        stage.CreateMask(panel with { Outline = null }).ShouldBeNull();
        PanelMask.DrawPolygon(3, 3, [new(50, 50), new(60, 50), new(60, 60)]).ShouldAllBe(value => value == 0);
        PanelMask.DrawPolygon(3, 3, [new(-50, -50), new(60, -50), new(60, 60), new(-50, 60)]).ShouldAllBe(value => value == 255);
    }

    [Fact]
    public void In_the_narrowest_window_a_large_page_has_one_pixel_for_each_video_pixel()
    {
        var stage = Create(new Panel(0, 0, 8_000, 4_500, 1), FrameSize.Landscape, 4, ReadingDirection.LeftToRight);

        stage.Path.End.Width.ShouldBe(1920, 1);
    }

    private static PanelStage Create(Panel panel, FrameSize output, double seconds, ReadingDirection direction) =>
        PanelStage.Create(panel, output, CameraPlan.PlanPath(panel, output, seconds, direction));
}
