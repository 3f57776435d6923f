using MangaMotion.Cli.Demo;
using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.VideoPipeline.Stages.VideoGen;

namespace MangaMotion.VideoPipeline.Tests;

public sealed class RenderedVideoTests : IAsyncLifetime
{
    private static readonly PanelBox Wide = new() { X = 70, Y = 70, Width = 1460, Height = 620 };
    private static readonly PanelBox Portrait = new() { X = 70, Y = 1390, Width = 490, Height = 800 };
    private static readonly PanelBox Square = new() { X = 70, Y = 70, Width = 630, Height = 610 };

    private readonly VideoRig _rig = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_script_becomes_a_video_that_shows_words_when_they_are_spoken()
    {
        var script = VideoRig.Script(
            320, 180,
            VideoRig.Shot(1, 1, Wide, "Every night, Mira lights the lamp."),
            VideoRig.Shot(2, 4, Portrait, "..."),
            VideoRig.Shot(2, 1, Wide, transition: ShotTransition.Cut),
            VideoRig.Shot(3, 1, Square, "Think, Mira. What else can shine? It has to be something very bright, something that the storm "
                + "cannot put out, and we have to find it now."));

        var (video, timeline, speeches, _) = await _rig.MakeAsync(script, new VideoOptions { Language = "en" });

        var times = _rig.Numbers(video.Video, "v:0", "packet=pts_time").Order().ToArray();
        times.Length.ShouldBe(timeline.Frames);
        times.Select((time, n) => Math.Abs(time - (n / 30.0))).Max().ShouldBeLessThan(0.0005);
        _rig.Numbers(video.Video, "v:0", "stream=width").ShouldBe([320.0]);

        // Every speech begins where the timeline has it, and every cue begins with its first word.
        var sound = _rig.Samples(video.Video);
        foreach (var shot in timeline.Shots.Where(shot => speeches.TryGetValue(shot.Shot.Id, out var speech) && speech.Words.Count > 1))
            Onset(sound, shot.SpeechStart - 0.15).ShouldBe(shot.SpeechStart + speeches[shot.Shot.Id].Words[0].Start, 0.08, shot.Shot.Id);
        var starts = timeline.Shots.Where(shot => speeches.ContainsKey(shot.Shot.Id))
            .SelectMany(shot => speeches[shot.Shot.Id].Words.Select(word => shot.SpeechStart + word.Start)).ToList();
        var cues = await File.ReadAllLinesAsync(video.Subtitles);
        var shown = cues.Where(line => line.Contains("-->", StringComparison.Ordinal))
            .Select(line => TimeSpan.Parse(line.Split(' ')[0]).TotalSeconds).ToList();
        shown.Count.ShouldBeGreaterThan(4);
        shown.ShouldAllBe(cue => starts.Any(word => Math.Abs(word - cue) < 0.002));
        _rig.Numbers(video.Video, "s:0", "packet=pts_time").Count(time => shown.Exists(cue => Math.Abs(cue - time) < 0.01))
            .ShouldBeGreaterThanOrEqualTo(shown.Count);

        var transcript = await File.ReadAllTextAsync(video.Transcript);
        transcript.ShouldStartWith("The Last Lamp\n\nPage 1\n\nEvery night, Mira lights the lamp.\n\nPage 2\n\n...\n");
        _rig.Run("ffprobe", "-v", "error", "-show_entries", "chapter=start_time:chapter_tags=title", "-of", "csv=p=0", video.Video).Split(
            '\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(',')[^1]).ShouldBe(["Page 1", "Page 2", "Page 3"]);
        File.ReadAllBytes(video.Poster).AsSpan(0, 2).ToArray().ShouldBe([0xFF, 0xD8]);
    }

    [Fact]
    public async Task With_music_and_subtitles_in_the_picture_an_edited_line_encodes_three_segments_and_copies_the_rest()
    {
        var options = new VideoOptions { Language = "en", Music = true, BurnSubtitles = true };
        var script = VideoRig.Script(
            320, 180, VideoRig.Shot(1, 1, Wide, "The sea is angry."), VideoRig.Shot(2, 4, Portrait, "Quick!"),
            VideoRig.Shot(3, 1, Square, "Think."),
            VideoRig.Shot(2, 1, Wide, "The lamp is out."));
        var first = await _rig.MakeAsync(script, options);
        var edited = script with
        {
            Title = "Another title",
            Shots = [script.Shots[0], script.Shots[1] with { Line = "Up, quick, all the stairs!" }, .. script.Shots.Skip(2)],
        };

        var second = await _rig.MakeAsync(edited, options);

        second.Segments.Except(first.Segments).Count().ShouldBe(3);
        // Frames that were encoded again would differ.
        HashFrames(second.Video.Video).SequenceEqual(second.Segments.SelectMany(HashFrames)).ShouldBeTrue(
            "the video has other frames than its segments");
        // The subtitles are in the lowest third while the line is spoken, and not before it.
        var plain = _rig.Grey((await _rig.MakeAsync(edited, options with { BurnSubtitles = false })).Video.Video);
        var drawn = _rig.Grey(second.Video.Video);
        var shot = second.Timeline.Shots[1];
        FindChanged(shot.SpeechStart + 0.3).Count.ShouldBeGreaterThan(100);
        FindChanged(shot.SpeechStart + 0.3).Min().ShouldBeGreaterThan(320 * 120);
        FindChanged(shot.SpeechStart - 0.15).ShouldBeEmpty();

        List<int> FindChanged(double seconds)
        {
            var start = (int)(seconds * 30) * 320 * 180;
            return [.. Enumerable.Range(0, 320 * 180).Where(i => Math.Abs(drawn[start + i] - plain[start + i]) > 60)];
        }

        IEnumerable<string> HashFrames(string file) => _rig.Run(
            "ffmpeg", "-nostdin", "-v", "error", "-i", file, "-map", "0:v", "-f", "framemd5", "-")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#').Select(line => line.Split(',')[^1]);
    }

    [Fact]
    public async Task A_title_card_has_bright_text_in_the_middle_of_a_dark_panel_and_fades_to_the_next_shot()
    {
        var card = VideoRig.Shot(1, 1, Wide) with { Id = "opening", Card = ["The Last Lamp", "by A. Keeper"], Duration = 2 };
        var script = VideoRig.Script(320, 180, card, VideoRig.Shot(3, 1, Square));

        var (video, timeline, _, segments) = await _rig.MakeAsync(script, new VideoOptions { Language = "en" });

        segments.Count.ShouldBe(3);
        var frames = _rig.Grey(video.Video).Chunk(320 * 180).ToArray();
        frames.Length.ShouldBe(timeline.Frames);
        var shown = frames[20];
        List<int> rows = [.. Enumerable.Range(0, shown.Length).Where(i => shown[i] > 180).Select(i => i / 320)];
        rows.Count.ShouldBeGreaterThan(200);
        rows.ShouldAllBe(row => row > 45 && row < 135);
        shown.Count(value => value < 90).ShouldBeGreaterThan(shown.Length * 8 / 10);
        // In the transition the text disappears with its panel; the shot after it is not dark.
        frames[timeline.Segments[0].Frames + timeline.Segments[1].Frames].Average(value => value).ShouldBeGreaterThan(
            shown.Average(value => value) + 20);
        // The poster is a picture and no card, unless its owner chose the card.
        var chosen = (await _rig.MakeAsync(script with { Cover = "opening" }, new VideoOptions { Language = "en" })).Video;
        _rig.Grey(video.Poster).Average(value => value).ShouldBeGreaterThan(_rig.Grey(chosen.Poster).Average(value => value) + 20);
    }

    [Theory]
    [InlineData(320, 180)]
    [InlineData(180, 320)]
    [InlineData(240, 240)]
    public async Task A_frame_of_any_shape_is_filled_and_a_fade_changes_gradually(int width, int height)
    {
        var script = VideoRig.Script(width, height, VideoRig.Shot(1, 1, Wide), VideoRig.Shot(2, 4, Portrait), VideoRig.Shot(3, 1, Square));

        var (video, timeline, _, _) = await _rig.MakeAsync(script, new VideoOptions { Language = "en", Width = width, Height = height });

        var frames = _rig.Grey(video.Video).Chunk(width * height).ToArray();
        frames.Length.ShouldBe(timeline.Frames);
        // No bars: the area around the panel is a dark picture.
        frames.ShouldAllBe(frame => frame.Take(width).Max() - frame.Min() > 3 || frame.Max() > 24);
        // The picture changes at varying speed, but never suddenly, as at a cut or a jump.
        var changes = frames.Zip(frames.Skip(1), Difference).ToArray();
        changes.Zip(changes.Skip(1), (one, next) => Math.Abs(next - one)).Max().ShouldBeLessThan(8);
        Difference(frames[0], frames[^1]).ShouldBeGreaterThan(5);
    }

    [Theory]
    [InlineData(320, 180)]
    [InlineData(180, 320)]
    [InlineData(240, 240)]
    public async Task In_every_shape_the_panel_fills_most_of_the_height(int width, int height)
    {
        // A page of fine checks: rows of the frame with contrast show the panel, and rows without show its blurred copy.
        var page = new Canvas(1600, 2300);
        page.Fill((x, y) => (((int)(x * 1600) / 20) + ((int)(y * 2300) / 20)) % 2 == 0 ? new(0.1, 0.1, 0.1) : new(0.9, 0.9, 0.9));
        var picture = _rig.Workspace.NewPath("png");
        page.SavePng(picture);

        foreach (var (w, h) in ((int, int)[])[(1460, 620), (1500, 300), (630, 610), (490, 800), (1000, 2000)])
        {
            var shot = VideoRig.Shot(1, 1, new PanelBox { X = 40, Y = 40, Width = w, Height = h });
            var segment = await _rig.Renderer.RenderAsync(
                new SegmentSpec(width, height, 30, [new ShotView(shot, 20, 0)], ShotTransition.Cut, 20),
                new Dictionary<int, string> { [1] = picture }, _rig.Workspace, CancellationToken.None);

            foreach (var frame in _rig.Grey(segment.Path).Chunk(width * height))
                ((double)frame.Chunk(width).Count(row => row.Max() - row.Min() > 80) / height).ShouldBeGreaterThanOrEqualTo(
                    0.8, $"{w}×{h} in {width}×{height}");
        }
    }

    [Theory]
    [InlineData(CameraMove.Pan)]
    [InlineData(CameraMove.TiltDown)]
    [InlineData(CameraMove.PushIn)]
    public async Task The_camera_of_the_encoded_video_follows_its_path_within_0_05_pixels(CameraMove move)
    {
        // The phase of even stripes with sharp edges gives the position of the picture to a small part of a pixel. The encoder keeps less
        // of softer waves, which makes the measurement less exact: 0.06 of a pixel with a sine that is drawn to 0.02.
        const double Waves = 32;
        var upright = move == CameraMove.TiltDown;
        var (panel, frame) = (new Panel(0, 0, upright ? 1700 : 3000, upright ? 2000 : 1400, 1), FrameSize.Landscape);
        var page = new Canvas(panel.Width, panel.Height);
        page.Fill((x, y) => Colour.Mix(
            new(0.2, 0.2, 0.2), new(0.9, 0.9, 0.9),
            0.5 + (0.5 * Math.Clamp(8 * Math.Sin(2 * Math.PI * Waves * (upright ? y : x)), -1, 1))));
        var picture = _rig.Workspace.NewPath("png");
        page.SavePng(picture);
        var shot = VideoRig.Shot(1, 1, new PanelBox { X = 0, Y = 0, Width = panel.Width, Height = panel.Height }) with { Move = move };

        var segment = await _rig.Renderer.RenderAsync(
            new SegmentSpec(frame.Width, frame.Height, 30, [new ShotView(shot, 90, 0)], ShotTransition.Cut, 90),
            new Dictionary<int, string> { [1] = picture }, _rig.Workspace, CancellationToken.None);

        var stage = PanelStage.Create(panel, frame, CameraPlan.PlanPath(panel, frame, 3, ReadingDirection.RightToLeft, move: move));
        var errors = _rig.Grey(segment.Path).Chunk(frame.Width * frame.Height).Select((grey, n) =>
        {
            var window = stage.Path.GetWindow(n / 30.0);
            // Start of the first wave and scale of the panel in the frame.
            var (start, scale) = upright
                ? ((stage.Top - window.Y) * frame.Height / window.Height, frame.Height / window.Height)
                : ((stage.Left - window.X) * frame.Width / window.Width, frame.Width / window.Width);
            var period = (upright ? stage.PanelHeight : stage.PanelWidth) / Waves * scale;
            return Math.IEEERemainder(Shift(grey, frame.Width, upright, period) - start - (period / 4), period);
        }).ToArray();

        errors.Length.ShouldBe(90);
        Math.Sqrt(errors.Average(error => Math.Pow(error - errors.Average(), 2))).ShouldBeLessThanOrEqualTo(0.05);
        stage.Path.Start.ShouldNotBe(stage.Path.End);
    }

    [Fact]
    public async Task The_version_has_the_settings_that_change_the_picture()
    {
        _rig.Renderer.Version.ShouldContain("crf 20");
        _rig.Voice.Version.ShouldNotBeNullOrWhiteSpace();
        await Should.ThrowAsync<Media.MediaException>(() => _rig.Renderer.RenderAsync(
            new SegmentSpec(320, 180, 30, [new ShotView(VideoRig.Shot(1, 1, Wide), 30, 0)], ShotTransition.Cut, 30),
            new Dictionary<int, string> { [1] = BadPage() }, _rig.Workspace, CancellationToken.None));
    }

    private string BadPage()
    {
        var path = _rig.Workspace.NewPath("png");
        File.WriteAllBytes(path, File.ReadAllBytes(VideoRig.Pictures[1])[..5000]);
        return path;
    }

    /// <summary>Measures the shift of waves of a period to the right, or down, in pixels, up to whole periods.</summary>
    private static double Shift(byte[] frame, int width, bool down, double period)
    {
        var (height, real, imaginary) = (frame.Length / width, 0.0, 0.0);
        var length = down ? height : width;
        // Sums a band through the middle, which the panel always fills.
        for (var along = 0; along < length; along++)
        {
            var sum = 0;
            for (var across = -60; across < 60; across++)
                sum += down ? frame[(along * width) + (width / 2) + across] : frame[(((height / 2) + across) * width) + along];
            var x = along + 0.5;
            var value = sum * (1 - Math.Cos(2 * Math.PI * x / length)); // Hann window, which hides the cut waves at the edges
            (real, imaginary) =
                (real + (value * Math.Cos(2 * Math.PI * x / period)), imaginary + (value * Math.Sin(2 * Math.PI * x / period)));
        }

        return Math.Atan2(imaginary, real) / (2 * Math.PI) * period;
    }

    /// <summary>Finds the start of sound at or after a time, in seconds.</summary>
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
