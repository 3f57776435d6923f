using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Tests.Camera;

public sealed class FrameResamplerTests
{
    private const int White = 235;

    [Theory]
    [InlineData(CameraMove.PushIn, 1.0)]
    [InlineData(CameraMove.PushIn, 2.6)]
    [InlineData(CameraMove.Pan, 0.5)]
    [InlineData(CameraMove.Pan, 1.7)]
    [InlineData(CameraMove.TiltDown, 1.0)]
    public void A_mark_on_the_page_moves_across_the_frames_without_jitter(CameraMove move, double pagePixelsPerPixel)
    {
        var size = new FrameSize(640, 360);
        double width = size.Width * pagePixelsPerPixel, height = size.Height * pagePixelsPerPixel, x = 211.3, y = 157.7;
        var start = new CameraWindow(x, y, width, height);
        var end = move switch
        {
            CameraMove.PushIn => new CameraWindow(x + (0.06 * width), y + (0.06 * height), width / 1.15, height / 1.15),
            CameraMove.Pan => start with { X = x + (0.3 * width) },
            _ => start with { Y = y + (0.3 * height) },
        };
        double markX = x + (0.52 * width), markY = y + (0.55 * height);
        var page = Page((int)(x + (1.5 * width)), (int)(y + (1.5 * height)), markX, markY, 5 * pagePixelsPerPixel);
        var camera = new ShotCamera(page, new CameraPath(move, start, end, 2.5), size);

        var errors = new List<(double X, double Y)>();
        var frame = new byte[size.FrameBytes];
        for (var n = 0; n < 75; n++)
        {
            var window = camera.Path.GetWindow(n / 30.0);
            camera.Render(n / 30.0, frame);
            var (foundX, foundY) = Centre(frame, size.Width, size.Height, White);
            errors.Add((foundX - ((markX - window.X) * size.Width / window.Width),
                foundY - ((markY - window.Y) * size.Height / window.Height)));
        }

        RootMeanSquare(errors.Select(e => e.X)).ShouldBeLessThanOrEqualTo(0.05);
        RootMeanSquare(errors.Select(e => e.Y)).ShouldBeLessThanOrEqualTo(0.05);
    }

    [Fact]
    public void Colour_stays_aligned_with_the_drawing()
    {
        const int Width = 700, Height = 600;
        var size = new FrameSize(320, 180);
        var planes = new byte[3 * Width * Height];
        Mark(planes.AsSpan(0, Width * Height), Width, White, 333.3, 250.9, 14);
        Mark(planes.AsSpan(Width * Height, Width * Height), Width, 128, 333.3, 250.9, 14);
        planes.AsSpan(2 * Width * Height).Fill(128);
        var frame = new byte[size.FrameBytes];

        new FrameResampler(new PagePlanes(planes, Width, Height), size, 480).Render(new CameraWindow(101.7, 99.1, 480, 270), frame);

        var (lumaX, lumaY) = Centre(frame, size.Width, size.Height, White);
        var (chromaX, chromaY) = Centre(
            frame.AsSpan(size.Width * size.Height, size.Width * size.Height / 4), size.Width / 2, size.Height / 2, 128);
        // A colour sample lies at the left one of its two columns and between its two rows.
        ((2 * (chromaX - 0.5)) + 0.5).ShouldBe(lumaX, 0.1);
        (2 * chromaY).ShouldBe(lumaY, 0.1);
    }

    [Theory]
    [InlineData(640, 480, 10.3, 20.9, 333, 1.0)]
    [InlineData(640, 480, -50, -70, 900, 1.0)]
    [InlineData(37, 53, 3.7, 1.1, 20, 1.0)]
    [InlineData(640, 480, 0, 0, 639, 4.0)]
    [InlineData(2, 3, -1, -1, 5, 1.0)]
    [InlineData(1, 1, 0, 0, 1, 1.0)]
    public void The_portable_loops_and_the_vector_loops_give_the_same_bytes(
        int pageWidth, int pageHeight, double x, double y, double width, double reduced)
    {
        var random = new Random(7);
        var planes = new byte[3 * pageWidth * pageHeight];
        random.NextBytes(planes);
        var page = new PagePlanes(planes, pageWidth, pageHeight);
        var size = new FrameSize(150, 86);
        byte[] vectors = new byte[size.FrameBytes], portable = new byte[size.FrameBytes];
        var window = new CameraWindow(x, y, width, width / size.Aspect);

        new FrameResampler(page, size, size.Width * reduced).Render(window, vectors);
        new FrameResampler(page, size, size.Width * reduced, allowVectors: false).Render(window, portable);

        vectors.ShouldBe(portable);
    }

    [Fact]
    public void A_window_of_the_whole_page_returns_its_pixels()
    {
        var size = new FrameSize(64, 48);
        var planes = new byte[3 * 64 * 48];
        new Random(3).NextBytes(planes);
        var frame = new byte[size.FrameBytes];

        new FrameResampler(new PagePlanes(planes, 64, 48), size, 64).Render(new CameraWindow(0, 0, 64, 48), frame);

        frame.AsSpan(0, 64 * 48).ToArray().ShouldBe(planes.AsSpan(0, 64 * 48).ToArray());
    }

    [Fact]
    public void Fine_hatching_seen_from_afar_is_grey_and_does_not_shimmer()
    {
        const int Side = 1600;
        var planes = new byte[3 * Side * Side];
        for (var i = 0; i < planes.Length; i++)
            planes[i] = (byte)(i % 2 == 0 ? 30 : 220);
        var size = new FrameSize(400, 400);
        var resampler = new FrameResampler(new PagePlanes(planes, Side, Side), size, Side);
        var frame = new byte[size.FrameBytes];

        resampler.Render(new CameraWindow(0.4, 0.4, Side - 1, Side - 1), frame);

        frame.AsSpan(0, 400 * 400).ToArray().ShouldAllBe(value => value >= 120 && value <= 130);
    }

    [Fact]
    public void A_cross_fade_starts_with_the_first_picture_and_ends_with_the_second()
    {
        var size = new FrameSize(64, 36);
        ShotCamera dark = Still(40), bright = Still(200);
        var fade = new CrossFade(dark, bright, 0.5);
        byte[] first = new byte[size.FrameBytes], middle = new byte[size.FrameBytes], last = new byte[size.FrameBytes];

        fade.Render(0, first);
        fade.Render(0.25, middle);
        fade.Render(0.5, last);

        first[0].ShouldBe((byte)40);
        middle[0].ShouldBe((byte)120);
        last[0].ShouldBe((byte)200);

        ShotCamera Still(byte grey)
        {
            var planes = new byte[3 * 100 * 100];
            Array.Fill(planes, grey);
            return new ShotCamera(new PagePlanes(planes, 100, 100),
                CameraPlan.PlanPath(new Panel(0, 0, 100, 100, 1), size, 2, ReadingDirection.LeftToRight), size);
        }
    }

    [Fact]
    public void Frames_of_odd_size_and_buffers_that_are_too_short_are_rejected()
    {
        var page = new PagePlanes(new byte[300], 10, 10);

        Should.Throw<ArgumentException>(() => new FrameResampler(page, new FrameSize(101, 50), 10)).Message.ShouldContain("101x50");
        Should.Throw<ArgumentException>(() => new PagePlanes(new byte[299], 10, 10)).Message.ShouldContain("needs 300 bytes");
        Should.Throw<ArgumentException>(() =>
            new FrameResampler(page, new FrameSize(4, 4), 10).Render(new CameraWindow(0, 0, 4, 4), new byte[23]))
            .Message.ShouldContain("needs 24 bytes");
    }

    private static PagePlanes Page(int width, int height, double markX, double markY, double radius)
    {
        var planes = new byte[3 * width * height];
        Array.Fill(planes, (byte)128);
        Mark(planes.AsSpan(0, width * height), width, White, markX, markY, radius);
        return new PagePlanes(planes, width, height);
    }

    /// <summary>Draws a soft dark spot with its centre exactly at the given point.</summary>
    private static void Mark(Span<byte> plane, int width, int background, double markX, double markY, double radius)
    {
        for (var i = 0; i < plane.Length; i++)
        {
            double dx = (i % width) + 0.5 - markX, dy = (i / width) + 0.5 - markY;
            plane[i] = (byte)Math.Round(background - ((background - 16) * Math.Exp(-((dx * dx) + (dy * dy)) / (2 * radius * radius))));
        }
    }

    private static (double X, double Y) Centre(ReadOnlySpan<byte> plane, int width, int height, int background)
    {
        double sum = 0, sumX = 0, sumY = 0;
        for (var i = 0; i < width * height; i++)
        {
            double weight = background - plane[i];
            sum += weight;
            sumX += weight * ((i % width) + 0.5);
            sumY += weight * ((i / width) + 0.5);
        }

        return (sumX / sum, sumY / sum);
    }

    private static double RootMeanSquare(IEnumerable<double> values) => Math.Sqrt(values.Average(value => value * value));
}
