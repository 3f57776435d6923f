using System.Globalization;
using System.Text.Json;
using MangaMotion.Film.Captions;
using MangaMotion.Film.Composition;
using MangaMotion.Film.Frames;
using MangaMotion.Film.Pages;
using MangaMotion.Film.Speech;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Tests;

public sealed class FilmTests : IAsyncLifetime
{
    private static readonly FilmFormat Small = new(320, 180, 30);

    private readonly MediaRig _rig = new();
    private readonly Vips _files = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        _files.Dispose();
    }

    [Fact]
    public async Task Segments_are_joined_with_exact_frame_times_sound_subtitles_and_chapters()
    {
        var workspace = _rig.Root.Create();
        int[] lengths = [61, 15, 1, 137, 15, 90];
        var parts = new FilmParts
        {
            Format = Small,
            Segments = await SegmentsAsync(workspace, lengths),
            Frames = lengths.Sum(),
            Speeches = [new SpeechClip(Tone(1.5), 0.5), new SpeechClip(Tone(2.25), 4.2)],
            Music = true,
            Subtitles =
                "WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nWho put out the light?\n\n00:00:04.200 --> 00:00:06.450\n&lt;Mira&gt; & I\n",
            Chapters = [new FilmChapter(@"Oh no /o\", 0, 4), new FilmChapter("Odd; name = [CHAPTER]\n#2", 4, lengths.Sum() / 30.0)],
            Title = "A title; with = signs\n[CHAPTER]\\",
            PosterAt = 1,
        };

        // A video may be larger than the limit of outputs of one file.
        var tools = new ToolRunner(
            Microsoft.Extensions.Options.Options.Create(new MediaOptions { Limits = { OutputBytes = 100_000 } }), _rig.Sandbox);
        var film = await new FilmComposer(tools).ComposeAsync(workspace, parts, new Progress<double>(), CancellationToken.None);

        new FileInfo(film.Video).Length.ShouldBeGreaterThan(100_000);
        var times = Packets(film.Video, "v:0");
        times.Count.ShouldBe(319);
        times.Order().Select((time, n) => Math.Abs(time - (n / 30.0))).Max().ShouldBeLessThan(0.0002);
        var atoms = Atoms(film.Video);
        atoms.IndexOf("moov").ShouldBeLessThan(atoms.IndexOf("mdat"));
        var json = Probe(film.Video, "-show_streams", "-show_chapters", "-show_format");
        json.GetProperty("streams").EnumerateArray().Select(stream => stream.GetProperty("codec_name").GetString()).Take(3).ShouldBe(
            ["h264", "aac", "mov_text"]);
        json.GetProperty("format").GetProperty("tags").GetProperty("title").GetString().ShouldBe(@"A title; with = signs [CHAPTER]\ ");
        json.GetProperty("chapters").EnumerateArray().Select(
            chapter => (chapter.GetProperty("tags").GetProperty("title").GetString(), Number(chapter, "start_time")))
            .ShouldBe([(@"Oh no /o\ ", 0.0), ("Odd; name = [CHAPTER] #2", 4.0)]);
        Number(json.GetProperty("streams")[1], "duration").ShouldBe(319 / 30.0, 0.05);
        Packets(film.Video, "s:0").Where(time => time > 0).ShouldContain(time => Math.Abs(time - 4.2) < 0.01);

        var (loudness, peak) = Loudness(film.Video);
        loudness.ShouldBe(-16, 0.5);
        peak.ShouldBeLessThanOrEqualTo(-1.5);
        FirstSound(film.Video, after: 3.9).ShouldBe(4.2, 0.08);
        Vips.Header(film.Poster, "width").ShouldBe("320");

        var probed = await FilmProbe.RunAsync(_rig.Tools, workspace, film.Video, CancellationToken.None);
        var analysis = SampleMedia.Analyse(film.Video);
        var (picture, sound) = (analysis.PrimaryVideoStream.ShouldNotBeNull(), analysis.PrimaryAudioStream.ShouldNotBeNull());
        (picture.Width, picture.Height, picture.CodecName, picture.AverageFrameRate).ShouldBe((Small.Width, Small.Height, "h264", 30));
        picture.Duration.TotalSeconds.ShouldBe(probed.VideoSeconds, 0.001);
        sound.Duration.TotalSeconds.ShouldBe(probed.AudioSeconds, 0.001);
        (sound.CodecName, sound.SampleRateHz).ShouldBe(("aac", Sound.FilmRate));
        analysis.PrimarySubtitleStream.ShouldNotBeNull().CodecName.ShouldBe("mov_text");
        analysis.Chapters.Select(chapter => (chapter.Title, chapter.Start.TotalSeconds)).ShouldBe(
            [(@"Oh no /o\ ", 0.0), ("Odd; name = [CHAPTER] #2", 4.0)]);
        var poster = SampleMedia.Analyse(film.Poster).PrimaryVideoStream.ShouldNotBeNull();
        (poster.Width, poster.Height).ShouldBe((Small.Width, Small.Height));
    }

    [Theory]
    [InlineData(false, false, -70)]
    [InlineData(true, false, -16)]
    [InlineData(false, true, -42)]
    public async Task A_video_without_speech_has_a_silent_track_or_its_music_or_its_ambience(bool music, bool ambience, double loudness)
    {
        var workspace = _rig.Root.Create();

        var film = await new FilmComposer(_rig.Tools).ComposeAsync(
            workspace,
            new FilmParts
            {
                Format = Small,
                Segments = await SegmentsAsync(workspace, [450]),
                Frames = 450,
                Speeches = [],
                Music = music,
                Ambience = ambience,
            },
            new Progress<double>(), CancellationToken.None);

        Number(Probe(film.Video, "-show_streams").GetProperty("streams")[1], "duration").ShouldBe(15, 0.05);
        Loudness(film.Video).Integrated.ShouldBe(loudness, 0.5);
    }

    [Fact]
    public async Task Ambience_is_26_LU_below_the_speech_and_changes_nothing_else()
    {
        var workspace = _rig.Root.Create();
        var parts = new FilmParts
        {
            Format = Small,
            Segments = await SegmentsAsync(workspace, [300]),
            Frames = 300,
            Speeches = [new SpeechClip(Tone(2), 0.5)],
        };
        var composer = new FilmComposer(_rig.Tools);

        var dry = await composer.ComposeAsync(workspace, parts, new Progress<double>(), CancellationToken.None);
        var film = await composer.ComposeAsync(workspace, parts with { Ambience = true }, new Progress<double>(), CancellationToken.None);

        var whole = Loudness(film.Video);
        whole.Integrated.ShouldBe(-16, 0.5);
        whole.Peak.ShouldBeLessThanOrEqualTo(-1.5);
        Loudness(Cut(film.Video, "0.5", "2")).Integrated.ShouldBe(Loudness(Cut(dry.Video, "0.5", "2")).Integrated, 0.1);
        Loudness(Cut(film.Video, "3", "5")).Integrated.ShouldBe(-42, 1);
        Loudness(Cut(dry.Video, "3", "5")).Integrated.ShouldBe(-70, 0.5);
        Number(Probe(film.Video, "-show_streams").GetProperty("streams")[1], "duration").ShouldBe(10, 0.05);
        Picture(film.Video).ShouldBe(Picture(dry.Video));
        film.Faults.ShouldBe(dry.Faults);

        string Cut(string video, string from, string seconds)
        {
            var sound = _files.NewPath("wav");
            Vips.Run("ffmpeg", "-nostdin", "-v", "error", "-ss", from, "-t", seconds, "-i", video, "-map", "0:a", sound);
            return sound;
        }

        static string Picture(string video) =>
            Vips.Run("ffmpeg", "-nostdin", "-v", "error", "-i", video, "-map", "0:v", "-c", "copy", "-f", "md5", "-");
    }

    [Fact]
    public async Task Captions_are_drawn_into_the_frames_that_are_named_and_are_not_read_as_tags()
    {
        var workspace = _rig.Root.Create();

        var segment = await new FrameEncoder(_rig.Tools).EncodeAsync(
            workspace, Small, 60, (_, frame) => DrawBlack(frame), CancellationToken.None,
            [new FilmCaption("Seen {\\an8} by \\N all", 20, 41)]);

        var lit = Lit(segment);
        lit.Count.ShouldBe(60);
        lit.Select((rows, n) => rows.Count > 0 ? n : -1).Where(n => n >= 0).ShouldBe(Enumerable.Range(20, 21));
        // One line at the bottom: a tag would have moved it to the top or broken it in two.
        lit[30].Min().ShouldBeGreaterThan(145);
    }

    [Fact]
    public async Task A_caption_stands_at_its_distance_from_the_bottom()
    {
        var segment = await new FrameEncoder(_rig.Tools).EncodeAsync(
            _rig.Root.Create(), Small, 20, (_, frame) => DrawBlack(frame), CancellationToken.None,
            [new FilmCaption("low", 0, 10), new FilmCaption("high", 10, 20) { BottomMargin = 100 }]);

        var lit = Lit(segment);
        (lit[5].Min() > 145).ShouldBeTrue();
        (lit[15].Max() < 80 && lit[15].Min() > 60).ShouldBeTrue($"rows {lit[15].Min()} to {lit[15].Max()}");
    }

    [Fact]
    public async Task The_spoken_word_of_a_caption_has_another_colour_and_braces_in_it_are_no_tags()
    {
        var workspace = _rig.Root.Create();

        var segment = await new FrameEncoder(_rig.Tools).EncodeAsync(
            workspace, Small, 5, (_, frame) => DrawBlack(frame), CancellationToken.None,
            [new FilmCaption("NNN {N} NNN", 0, 5) { Spoken = new(4, 3) }]);

        var frame = Grey(segment)[..(Small.Width * Small.Height)];
        int[] brightest = [.. Enumerable.Range(0, Small.Width).Select(
            x => Enumerable.Range(0, Small.Height).Max(y => (int)frame[(y * Small.Width) + x]))];
        // Yellow is darker than white.
        brightest[..((Small.Width / 2) - 25)].Max().ShouldBeGreaterThan(225);
        brightest[((Small.Width / 2) + 25)..].Max().ShouldBeGreaterThan(225);
        brightest[((Small.Width / 2) - 5)..((Small.Width / 2) + 5)].Max().ShouldBeInRange(150, 222);
    }

    [Fact]
    public async Task In_a_portrait_frame_captions_stay_out_of_the_strips_that_apps_of_phones_cover()
    {
        var (workspace, portrait) = (_rig.Root.Create(), new FilmFormat(180, 320, 30));

        var segment = await new FrameEncoder(_rig.Tools).EncodeAsync(
            workspace, portrait, 10, (_, frame) => DrawBlack(frame), CancellationToken.None,
            [new FilmCaption("A line that is much too long for such a narrow frame is wrapped", 0, 10)]);

        var frame = Grey(segment)[..(180 * 320)];
        var lit = Enumerable.Range(0, frame.Length).Where(i => frame[i] > 128).ToList();
        lit.Count.ShouldBeGreaterThan(300);
        lit.Max(i => i / 180).ShouldBeLessThan((int)(0.81 * 320));
        lit.Min(i => i % 180).ShouldBeGreaterThan((int)(0.1 * 180));
        lit.Max(i => i % 180).ShouldBeLessThan((int)(0.9 * 180));
    }

    [Theory]
    [InlineData("Latin", "Ä", "Ő")]
    [InlineData("Greek", "Ω", "Ψ")]
    [InlineData("Cyrillic", "Ж", "Щ")]
    [InlineData("Armenian", "Ա", "Պ")]
    [InlineData("Georgian", "ა", "ჟ")]
    [InlineData("Hebrew, from the right", "אב", "שת")]
    [InlineData("Arabic, from the right", "سلام", "قمر")]
    [InlineData("Hiragana", "あ", "ぬ")]
    [InlineData("Katakana", "ア", "ヌ")]
    [InlineData("Kanji", "月", "夢")]
    [InlineData("Chinese", "龙", "门")]
    [InlineData("Korean", "한", "글")]
    [InlineData("Devanagari", "नमस्ते", "कहानी")]
    [InlineData("Thai", "สวัสดี", "เรื่อง")]
    public async Task Captions_are_letters_of_their_script_and_not_boxes(string script, string one, string other)
    {
        var workspace = _rig.Root.Create();
        var frames = new List<byte[]>();
        // The empty box of a missing letter is the same for every letter. U+10FF00 is a letter that no font has.
        foreach (var text in (string[])[one, other, "\U0010FF00"])
        {
            var segment = await new FrameEncoder(_rig.Tools).EncodeAsync(
                workspace, Small, 1, (_, frame) => DrawBlack(frame), CancellationToken.None, [new FilmCaption(text, 0, 1)]);
            frames.Add(Grey(segment));
        }

        frames.ShouldAllBe(frame => frame.Count(value => value > 100) > 5, script);
        Differ(0, 1).ShouldBeGreaterThan(10, script);
        Differ(0, 2).ShouldBeGreaterThan(10, script);
        Differ(1, 2).ShouldBeGreaterThan(10, script);

        int Differ(int a, int b) => frames[a].Zip(frames[b]).Count(pair => Math.Abs(pair.First - pair.Second) > 60);
    }

    [Fact]
    public async Task Characters_that_no_font_has_are_found_before_they_are_empty_boxes()
    {
        var (workspace, fonts) = (_rig.Root.Create(), new CaptionFonts(_rig.Tools));

        (await fonts.FindMissingAsync(workspace, "Plain ASCII {\\b1}", CancellationToken.None)).ShouldBeEmpty();
        (await fonts.FindMissingAsync(workspace, "月が Жизнь שלום, \U0010FF00 and \U0010FF01\U0010FF00", CancellationToken.None))
            .ShouldBe(["\U0010FF00", "\U0010FF01"]);
    }

    private static void DrawBlack(Span<byte> frame)
    {
        frame.Fill(128);
        frame[..(320 * 180)].Fill(16);
    }

    /// <summary>Rows with bright pixels of each frame.</summary>
    private List<List<int>> Lit(string video) =>
        [.. Grey(video).Chunk(320 * 180).Select(
            frame => frame.Chunk(320).Select((row, y) => row.Max() > 128 ? y : -1).Where(y => y >= 0).ToList())];

    private byte[] Grey(string video)
    {
        var raw = _files.NewPath("raw");
        Vips.Run("ffmpeg", "-nostdin", "-v", "error", "-i", video, "-map", "0:v", "-f", "rawvideo", "-pix_fmt", "gray", raw);
        return File.ReadAllBytes(raw);
    }

    [Fact]
    public async Task A_panel_is_cropped_and_placed_on_a_dark_backdrop_of_itself()
    {
        // A red panel on a white page with a green neighbour.
        var page = _files.NewPath("ppm");
        await File.WriteAllBytesAsync(
            page,
            HandMade.Pixmap(
                400,
                300,
                (x, y) => x is >= 100 and < 200 && y is >= 50 and < 250
                    ? ((byte)220, (byte)20, (byte)20)
                    : x >= 220 ? ((byte)0, (byte)220, (byte)0) : ((byte)255, (byte)255, (byte)255)));
        foreach (var format in (string[])["png", "jpg[Q=95]", "webp[lossless]", "tiff"])
        {
            var planes = await new PageReader(_rig.Tools, Microsoft.Extensions.Options.Options.Create(_rig.Options)).ReadPanelAsync(
                _rig.Root.Create(), _files.Encode(page, format), new PanelCanvas(100, 50, 100, 200, 320, 180, 115, -10, 90, 180),
                mask: null, CancellationToken.None);

            planes.Length.ShouldBe(3 * 320 * 180);
            // BT.709, limited range: 220, 20, 20 is Y 70, U 108, V 216.
            Pixel(planes, 160, 90).ShouldBe((70, 108, 216), format);
            var (y, u, _) = Pixel(planes, 20, 90);
            (y is > 20 and < 70 && u is > 110 and < 128).ShouldBeTrue(format);
        }

        // With a mask, the left half of the panel is backdrop too.
        var half = new byte[90 * 180];
        for (var i = 0; i < half.Length; i++)
            half[i] = i % 90 >= 45 ? (byte)255 : (byte)0;
        var masked = await new PageReader(_rig.Tools, Microsoft.Extensions.Options.Options.Create(_rig.Options)).ReadPanelAsync(
            _rig.Root.Create(), _files.Encode(page, "png"), new PanelCanvas(100, 50, 100, 200, 320, 180, 115, -10, 90, 180), half,
            CancellationToken.None);
        Pixel(masked, 190, 90).ShouldBe((70, 108, 216), "masked");
        Pixel(masked, 130, 90).Y.ShouldBeLessThan(60);

        static Near Pixel(byte[] planes, int x, int y) =>
            new(planes[(y * 320) + x], planes[(320 * 180) + (y * 320) + x], planes[(2 * 320 * 180) + (y * 320) + x]);
    }

    [Fact]
    public async Task A_canceled_encoding_leaves_no_process()
    {
        var workspace = _rig.Root.Create();
        using var canceled = new CancellationTokenSource();

        await Should.ThrowAsync<OperationCanceledException>(() => new FrameEncoder(_rig.Tools).EncodeAsync(
            workspace, Small, 10_000,
            (n, _) =>
            {
                if (n == 20)
                    canceled.Cancel();
            },
            canceled.Token));
    }

    /// <summary>Three numbers that are compared with a tolerance of 6.</summary>
    private readonly record struct Near(int Y, int U, int V)
    {
        public void ShouldBe((int Y, int U, int V) other, string what) =>
            (Math.Abs(Y - other.Y) <= 6 && Math.Abs(U - other.U) <= 6 && Math.Abs(V - other.V) <= 6).ShouldBeTrue(
                $"{what}: {this} and {other}");
    }

    private async Task<List<string>> SegmentsAsync(Workspace workspace, int[] lengths, FrameDrawer? draw = null)
    {
        var encoder = new FrameEncoder(_rig.Tools);
        var segments = new List<string>();
        foreach (var length in lengths)
            segments.Add(
                await encoder.EncodeAsync(workspace, Small, length, (n, frame) => (draw ?? Wave)(n, frame), CancellationToken.None));
        return segments;
    }

    private delegate void FrameDrawer(int n, Span<byte> frame);

    private static void Wave(int n, Span<byte> frame)
    {
        frame.Fill(128);
        for (var i = 0; i < 320 * 180; i++)
            frame[i] = (byte)(128 + (80 * Math.Sin(((i % 320) + (3 * n)) / 20.0)));
    }

    /// <summary>Creates a WAV in the format of the speech synthesiser.</summary>
    private string Tone(double seconds)
    {
        var path = _files.NewPath("wav");
        File.WriteAllBytes(
            path,
            new Sound(
                Sound.FilmRate,
                [.. Enumerable.Range(0, (int)(seconds * Sound.FilmRate))
                    .Select(i => (short)(6000 * Math.Sin(i * 0.05) * Math.Sin(i * 0.0004)))]).ToWav());
        return path;
    }

    private static List<double> Packets(string video, string stream) =>
        [.. Vips.Run("ffprobe", "-v", "error", "-select_streams", stream, "-show_entries", "packet=pts_time", "-of", "csv=p=0", video)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => double.Parse(line.Trim(','), CultureInfo.InvariantCulture))];

    private static JsonElement Probe(string video, params string[] what) =>
        JsonDocument.Parse(Vips.Run("ffprobe", ["-v", "error", .. what, "-of", "json", video])).RootElement;

    private static double Number(JsonElement element, string name) =>
        double.Parse(element.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    private static List<string> Atoms(string video)
    {
        var atoms = new List<string>();
        using var file = new BinaryReader(File.OpenRead(video));
        while (file.BaseStream.Position < file.BaseStream.Length)
        {
            var start = file.BaseStream.Position;
            var size = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(file.ReadBytes(4));
            atoms.Add(System.Text.Encoding.ASCII.GetString(file.ReadBytes(4)));
            file.BaseStream.Position = start + size;
        }

        return atoms;
    }

    private (double Integrated, double Peak) Loudness(string video)
    {
        var log = _files.NewPath("log");
        Vips.Run("sh", "-c", $"ffmpeg -nostdin -hide_banner -i '{video}' -map 0:a -af ebur128=peak=true -f null - 2>'{log}'");
        var text = File.ReadAllText(log);
        var summary = text[text.LastIndexOf("Summary:", StringComparison.Ordinal)..].Split('\n').Select(line => line.Trim()).ToList();
        return (Value("I:"), Value("Peak:"));

        double Value(string name) => double.Parse(
            summary.First(line => line.StartsWith(name, StringComparison.Ordinal))
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1].Replace("-inf", "-100"), CultureInfo.InvariantCulture);
    }

    /// <summary>Finds the start of the tone of the second speech in seconds, by its level against the music's.</summary>
    private double FirstSound(string video, double after)
    {
        var raw = _files.NewPath("raw");
        Vips.Run("ffmpeg", "-nostdin", "-v", "error", "-i", video, "-map", "0:a", "-ac", "1", "-ar", "48000", "-f", "s16le", raw);
        var samples = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, short>(File.ReadAllBytes(raw)).ToArray();
        var loudest = samples.Max(sample => Math.Abs((int)sample));
        for (var i = (int)(after * 48_000); i < samples.Length; i++)
        {
            if (Math.Abs((int)samples[i]) > loudest / 2)
                return i / 48_000.0;
        }

        return -1;
    }
}
