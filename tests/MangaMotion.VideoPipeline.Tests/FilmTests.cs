using MangaMotion.Cli.Demo;
using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.VideoPipeline.Stages.VideoGen;

namespace MangaMotion.VideoPipeline.Tests;

public sealed class FilmTests : IAsyncLifetime
{
    private static readonly PanelBox Wide = new() { X = 70, Y = 70, Width = 1460, Height = 620 };
    private static readonly PanelBox Portrait = new() { X = 70, Y = 1390, Width = 490, Height = 800 };
    private static readonly PanelBox Square = new() { X = 70, Y = 70, Width = 630, Height = 610 };

    private readonly FilmRig _rig = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_script_becomes_a_video_whose_words_are_said_when_they_are_shown()
    {
        var script = FilmRig.Script(
            320, 180,
            FilmRig.Shot(1, 1, Wide, "Every night, Mira lights the lamp."),
            FilmRig.Shot(2, 4, Portrait, "..."),
            FilmRig.Shot(2, 1, Wide, transition: ShotTransition.Cut),
            FilmRig.Shot(3, 1, Square, "Think, Mira. What else can shine? It has to be something very bright, something that the storm cannot put out, and we have to find it now."));

        var (video, timeline, speeches) = await _rig.MakeAsync(script, new VideoOptions { Language = "en" });

        var times = _rig.Numbers(video.Video, "v:0", "packet=pts_time").Order().ToArray();
        times.Length.ShouldBe(timeline.Frames);
        times.Select((time, n) => Math.Abs(time - (n / 30.0))).Max().ShouldBeLessThan(0.0005);
        _rig.Numbers(video.Video, "v:0", "stream=width").ShouldBe([320.0]);

        // Every speech is heard where the timeline has it, and every cue begins with its first word.
        var sound = _rig.Samples(video.Video);
        foreach (var shot in timeline.Shots.Where(shot => speeches.TryGetValue(shot.Shot.Id, out var speech) && speech.Words.Count > 1))
            Onset(sound, shot.SpeechStart - 0.15).ShouldBe(shot.SpeechStart + speeches[shot.Shot.Id].Words[0].Start, 0.08, shot.Shot.Id);
        var starts = timeline.Shots.Where(shot => speeches.ContainsKey(shot.Shot.Id)).SelectMany(shot => speeches[shot.Shot.Id].Words.Select(word => shot.SpeechStart + word.Start)).ToList();
        var cues = await File.ReadAllLinesAsync(video.Subtitles);
        var shown = cues.Where(line => line.Contains("-->", StringComparison.Ordinal)).Select(line => TimeSpan.Parse(line.Split(' ')[0]).TotalSeconds).ToList();
        shown.Count.ShouldBeGreaterThan(4);
        shown.ShouldAllBe(cue => starts.Any(word => Math.Abs(word - cue) < 0.002));
        _rig.Numbers(video.Video, "s:0", "packet=pts_time").Count(time => shown.Exists(cue => Math.Abs(cue - time) < 0.01)).ShouldBeGreaterThanOrEqualTo(shown.Count);

        var transcript = await File.ReadAllTextAsync(video.Transcript);
        transcript.ShouldStartWith("The Last Lamp\n\nPage 1\n\nEvery night, Mira lights the lamp.\n\nPage 2\n\n...\n");
        _rig.Run("ffprobe", "-v", "error", "-show_entries", "chapter=start_time:chapter_tags=title", "-of", "csv=p=0", video.Video).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(',')[^1]).ShouldBe(["Page 1", "Page 2", "Page 3"]);
        File.ReadAllBytes(video.Poster).AsSpan(0, 2).ToArray().ShouldBe([0xFF, 0xD8]);
    }

    [Theory]
    [InlineData(320, 180)]
    [InlineData(180, 320)]
    [InlineData(240, 240)]
    public async Task In_every_shape_the_frame_is_filled_and_a_fade_goes_from_the_one_picture_to_the_other(int width, int height)
    {
        var script = FilmRig.Script(width, height, FilmRig.Shot(1, 1, Wide), FilmRig.Shot(2, 4, Portrait), FilmRig.Shot(3, 1, Square));

        var (video, timeline, _) = await _rig.MakeAsync(script, new VideoOptions { Language = "en", Width = width, Height = height });

        var frames = _rig.Grey(video.Video).Chunk(width * height).ToArray();
        frames.Length.ShouldBe(timeline.Frames);
        // No bars: whatever is not panel is dark, but a picture.
        frames.ShouldAllBe(frame => frame.Take(width).Max() - frame.Min() > 3 || frame.Max() > 24);
        // The picture changes faster and slower, but nowhere at once, as it would at a cut or a jump.
        var changes = frames.Zip(frames.Skip(1), Difference).ToArray();
        changes.Zip(changes.Skip(1), (one, next) => Math.Abs(next - one)).Max().ShouldBeLessThan(8);
        Difference(frames[0], frames[^1]).ShouldBeGreaterThan(5);
    }

    [Theory]
    [InlineData(CameraMove.Pan)]
    [InlineData(CameraMove.TiltDown)]
    [InlineData(CameraMove.PushIn)]
    public async Task In_the_encoded_video_the_camera_is_where_it_should_be_to_a_twentieth_of_a_pixel(CameraMove move)
    {
        // Even stripes with edges as ink has them: their phase tells how far the picture has gone, to a small part of a pixel. Of softer
        // waves the encoder keeps less, and the measure, not the camera, becomes less sure: 0.06 of a pixel with a sine, drawn to 0.02.
        const double Waves = 32;
        var upright = move == CameraMove.TiltDown;
        var (panel, frame) = (new Panel(0, 0, upright ? 1700 : 3000, upright ? 2000 : 1400, 1), FrameSize.Landscape);
        var page = new Canvas(panel.Width, panel.Height);
        page.Fill((x, y) => Colour.Mix(new(0.2, 0.2, 0.2), new(0.9, 0.9, 0.9), 0.5 + (0.5 * Math.Clamp(8 * Math.Sin(2 * Math.PI * Waves * (upright ? y : x)), -1, 1))));
        var picture = _rig.Workspace.NewPath("png");
        page.SavePng(picture);
        var shot = FilmRig.Shot(1, 1, new PanelBox { X = 0, Y = 0, Width = panel.Width, Height = panel.Height }) with { Move = move };

        var segment = await _rig.Renderer.RenderAsync(
            new SegmentSpec(frame.Width, frame.Height, 30, [new ShotView(shot, 90, 0)], ShotTransition.Cut, 90), new Dictionary<int, string> { [1] = picture }, _rig.Workspace, CancellationToken.None);

        var stage = PanelStage.Create(panel, frame, 3, ReadingDirection.RightToLeft, move);
        var errors = _rig.Grey(segment.Path).Chunk(frame.Width * frame.Height).Select((grey, n) =>
        {
            var window = stage.Path.GetWindow(n / 30.0);
            // Where the first wave begins in the frame, and how long a wave is there.
            var (start, scale) = upright ? ((stage.Top - window.Y) * frame.Height / window.Height, frame.Height / window.Height) : ((stage.Left - window.X) * frame.Width / window.Width, frame.Width / window.Width);
            var period = (upright ? stage.PanelHeight : stage.PanelWidth) / Waves * scale;
            return Math.IEEERemainder(Shift(grey, frame.Width, upright, period) - start - (period / 4), period);
        }).ToArray();

        errors.Length.ShouldBe(90);
        Math.Sqrt(errors.Average(error => Math.Pow(error - errors.Average(), 2))).ShouldBeLessThanOrEqualTo(0.05);
        stage.Path.Start.ShouldNotBe(stage.Path.End);
    }

    [Fact]
    public async Task What_would_change_the_picture_is_in_the_version()
    {
        _rig.Renderer.Version.ShouldContain("crf 20");
        _rig.Voice.Version.ShouldNotBeNullOrWhiteSpace();
        await Should.ThrowAsync<Media.MediaException>(() => _rig.Renderer.RenderAsync(
            new SegmentSpec(320, 180, 30, [new ShotView(FilmRig.Shot(1, 1, Wide), 30, 0)], ShotTransition.Cut, 30),
            new Dictionary<int, string> { [1] = BadPage() }, _rig.Workspace, CancellationToken.None));
    }

    private string BadPage()
    {
        var path = _rig.Workspace.NewPath("png");
        File.WriteAllBytes(path, File.ReadAllBytes(FilmRig.Pictures[1])[..5000]);
        return path;
    }

    /// <summary>How far the crests of waves of a period have moved to the right, or down, in pixels, up to whole periods.</summary>
    private static double Shift(byte[] frame, int width, bool down, double period)
    {
        var (height, real, imaginary) = (frame.Length / width, 0.0, 0.0);
        var length = down ? height : width;
        // A band through the middle, which the panel fills at every time.
        for (var along = 0; along < length; along++)
        {
            var sum = 0;
            for (var across = -60; across < 60; across++)
                sum += down ? frame[(along * width) + (width / 2) + across] : frame[(((height / 2) + across) * width) + along];
            var x = along + 0.5;
            var value = sum * (1 - Math.Cos(2 * Math.PI * x / length)); // Hann, so that the cut-off waves at the edges do not count
            (real, imaginary) = (real + (value * Math.Cos(2 * Math.PI * x / period)), imaginary + (value * Math.Sin(2 * Math.PI * x / period)));
        }

        return Math.Atan2(imaginary, real) / (2 * Math.PI) * period;
    }

    /// <summary>When sound begins at or after a time, in seconds.</summary>
    private static double Onset(short[] sound, double from)
    {
        for (var i = (int)(from * 48_000); i < sound.Length; i++)
        {
            if (Math.Abs((int)sound[i]) > 500)
                return i / 48_000.0;
        }

        return -1;
    }

    private static double Difference(byte[] one, byte[] other)
    {
        var sum = 0L;
        for (var i = 0; i < one.Length; i++)
            sum += Math.Abs(one[i] - other[i]);
        return (double)sum / one.Length;
    }
}
