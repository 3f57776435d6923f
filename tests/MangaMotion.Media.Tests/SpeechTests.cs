using MangaMotion.Film.Speech;
using Microsoft.Extensions.Logging.Abstractions;

namespace MangaMotion.Media.Tests;

public sealed class SpeechTests : IAsyncLifetime
{
    private readonly MediaRig _rig = new();
    private readonly Vips _files = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        _files.Dispose();
    }

    [Theory]
    [InlineData("Who put out the light?", "en", null, "slt")]
    [InlineData("Who put out the light?", "en-GB", "flite", "flite")]
    [InlineData("Who put out the light?", "en", "espeak", "espeak")]
    [InlineData("Wer hat das Licht gelöscht, mein Freund?", "de", null, "espeak")]
    public async Task A_line_becomes_sound_with_a_time_for_every_word(string line, string language, string? voice, string spoke)
    {
        var spoken = await SpeakAsync(line, language, voice);

        spoken.ShouldNotBeNull().Voice.ShouldBe(spoke);
        spoken.Words.Select(word => word.Text).ShouldBe(line.Split(' '));
        ShouldBeInOrder(spoken);
        spoken.Seconds.ShouldBeInRange(1, 4);
        Vips.Run("ffprobe", "-v", "error", "-show_entries", "stream=codec_name,sample_rate,channels", "-of", "csv=p=0", spoken.Path).Trim()
            .ShouldBe("pcm_s16le,48000,1");
    }

    [Fact]
    public async Task The_times_of_Festivals_words_match_the_sound()
    {
        // The pause between the two sentences must lie between the times of their words.
        var spoken = (await SpeakAsync("Stop. Listen to the sea.")).ShouldNotBeNull();

        var samples = Sound.Read(await File.ReadAllBytesAsync(spoken.Path)).Samples;
        spoken.Words[0].Start.ShouldBe(0.03, 0.08);
        spoken.Words[^1].End.ShouldBe(spoken.Seconds, 0.15);
        (spoken.Words[1].Start - spoken.Words[0].End).ShouldBeGreaterThan(0.1);
        Loudness(samples, spoken.Words[0].End + 0.05, spoken.Words[1].Start - 0.05).ShouldBeLessThan(
            Loudness(samples, spoken.Words[1].Start, spoken.Words[1].End) / 10);
    }

    [Fact]
    public async Task A_killed_voice_is_retried_and_not_replaced_by_another()
    {
        var speaking = SpeakAsync(string.Join(' ', Enumerable.Repeat("Who put out the light, and why?", 25)));
        await Eventually.HoldsAsync(() => Voice() is not null, "festival speaks");
        Vips.Run("kill", "-KILL", $"{Voice()}");

        (await speaking.ShouldThrowAsync<ToolFailedException>()).Signal.ShouldBe(9);

        static int? Voice() =>
            Processes.ProcessTree.Tree(Environment.ProcessId).Where(id => Name(id) == "festival").Select(id => (int?)id).FirstOrDefault();

        static string Name(int id)
        {
            try
            {
                return File.ReadAllText($"/proc/{id}/comm").Trim();
            }
            catch (IOException)
            {
                return "";
            }
        }
    }

    [Fact]
    public async Task Japanese_is_converted_to_kana_before_it_is_spoken()
    {
        var spoken = (await SpeakAsync("今日は東京へ行きました。ラーメンを３杯食べた！", "ja")).ShouldNotBeNull();

        string.Concat(spoken.Words.Select(word => word.Text)).ShouldBe("今日は東京へ行きました。ラーメンを３杯食べた！");
        spoken.Words.Count.ShouldBeGreaterThan(8);
        ShouldBeInOrder(spoken);
        // Spelled kanji by kanji ("Chinese letter…"), it would take three times as long.
        spoken.Seconds.ShouldBeInRange(2, 7);
    }

    [Fact]
    public async Task A_long_Japanese_line_without_a_sign_is_spoken_to_its_end()
    {
        var part = (await SpeakAsync(string.Concat(Enumerable.Repeat("良い天気", 6)), "ja")).ShouldNotBeNull();
        var whole = (await SpeakAsync(string.Concat(Enumerable.Repeat("良い天気", 60)), "ja")).ShouldNotBeNull();

        whole.Seconds.ShouldBeGreaterThan(9 * part.Seconds);
        ShouldBeInOrder(whole);
    }

    [Theory]
    [InlineData("\") (system \"touch /tmp/owned\") (print \"")]
    [InlineData("<speak><break time=\"9s\"/>Hello <voice name='x'>there</voice></speak>")]
    [InlineData("-v --help -f line.txt")]
    [InlineData("\u0001\u0002 A\u0000B \u202Eevil\u202C \r\n\r\n line two 😀😀 [[f'@]] $(id) `id` %s%n")]
    [InlineData("ÉLODIE SAW THE NAÏVE CAFÉ, “TWICE”… — NOOOOOOOOOOOOOOOOOOO!!!")]
    [InlineData("I said nothing ... she said — — — everything. $5.50 at 10:30, 1,000,000 times")]
    [InlineData("Привет, Anna")]
    public async Task Hostile_and_unusual_text_is_spoken_as_text(string line)
    {
        foreach (var voice in (string?[])[null, LocalVoice.Espeak])
        {
            var spoken = (await SpeakAsync(line, voice: voice)).ShouldNotBeNull();

            ShouldBeInOrder(spoken);
            spoken.Seconds.ShouldBeLessThan(20);
        }

        File.Exists("/tmp/owned").ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\n")]
    [InlineData("...!?")]
    [InlineData("😀")]
    [InlineData("<speak></speak>")]
    public async Task A_line_without_words_has_no_sound(string line) => (await SpeakAsync(line)).ShouldBeNull();

    [Fact]
    public async Task A_line_over_the_length_limit_is_rejected_and_the_longest_allowed_is_spoken()
    {
        (await Should.ThrowAsync<MediaLimitException>(() => SpeakAsync(new string('x', 10_000)))).OwnerMessage.ShouldContain("10,000");

        var longest = string.Concat(Enumerable.Repeat("we were ", SpeechRequest.MaxCharacters / 8));
        var spoken = (await SpeakAsync(longest)).ShouldNotBeNull();
        ShouldBeInOrder(spoken);
        spoken.Voice.ShouldBe(LocalVoice.Slt);
        spoken.Words.Count.ShouldBe(SpeechRequest.MaxCharacters / 4);
        spoken.Words[^1].End.ShouldBeGreaterThan(60);
        (await SpeakAsync(new string('x', SpeechRequest.MaxCharacters))).ShouldNotBeNull().Seconds.ShouldBeLessThan(30);
    }

    [Theory]
    [InlineData("en", "Aoi, wait! I saw AOI'S cat and Aoife.", "Aoi, wait! I saw AOI'S cat and Aoife.", 8)]
    [InlineData("en", "THE KAMI NO TO FELL ON AOI", "THE|KAMI NO TO|FELL|ON|AOI", 5)]
    [InlineData("en", "WHERE IS DR. AOI?", "WHERE|IS|DR.|AOI?", 4)]
    [InlineData("de", "Wo ist Aoi?", "Wo|ist|Aoi?", 3)]
    [InlineData("ja", "葵は、どこですか。", null, 0)]
    public async Task A_word_is_said_by_its_pronunciation_and_shown_as_it_is_written(string language, string line, string? shown, int words)
    {
        WordSpelling[] spellings = [new("Aoi", "Ah oh ee"), new("kami no to", "tower"), new("葵", "アオイチャン"), new("no", "never")];
        var plain = (await SpeakAsync(line, language)).ShouldNotBeNull();

        var spoken = (await SpeakAsync(line, language, spellings: spellings)).ShouldNotBeNull();

        ShouldBeInOrder(spoken);
        string.Join(language == "ja" ? "" : " ", spoken.Words.Select(word => word.Text)).ShouldBe(line);
        if (shown is not null)
        {
            spoken.Words.Count.ShouldBe(words);
            spoken.Words.Select(word => word.Text).ShouldBe(shown.Split(shown.Contains('|', StringComparison.Ordinal) ? '|' : ' '));
        }

        Math.Abs(spoken.Seconds - plain.Seconds).ShouldBeGreaterThan(0.02);
    }

    [Fact]
    public void A_pronunciation_is_found_as_a_word_and_never_makes_a_line_too_long()
    {
        WordSpelling[] spellings = [new("Ao", "blue"), new("Aoi", "Ah-oh-ee"), new("東京", "トウキョウ")];

        Respelling.Create("Aoi, AO and Aoife: aoi's.", spellings).Text.ShouldBe("Ah-oh-ee, blue and Aoife: Ah-oh-ee's.");
        Respelling.Create("AOI!", spellings).Text.ShouldBe("AH-OH-EE!");
        Respelling.Create("東京都は", spellings).Text.ShouldBe("トウキョウ都は");
        Respelling.Create("Lights <b>out</b>", spellings).Text.ShouldBe("Lights <b>out</b>");
        var longest = Respelling.Create(string.Concat(Enumerable.Repeat("ao ", 600)), spellings);
        longest.Text.Length.ShouldBeInRange(SpeechRequest.MaxCharacters - 10, SpeechRequest.MaxCharacters);
        // A reader that changes words gets the whole line as one.
        Respelling.Create("Aoi is here", spellings).Restore<string>(["nothing", "alike"], word => word, (_, shown) => shown)
            .ShouldBe(["Aoi is here"]);
    }

    [Fact]
    public async Task Sound_of_a_provider_is_decoded_and_its_words_move_by_the_removed_silence()
    {
        var mp3 = _files.NewPath("mp3");
        SampleMedia.Make(mp3, "sine=f=300:d=1", output => output.WithCustomArgument("-af adelay=500"));

        var spoken =
            (await Speech.AdoptAsync(_rig.Root.Create(), await File.ReadAllBytesAsync(mp3), [new SpokenWord("beep", 0.5, 1.5)], "beeper",
                CancellationToken.None)).ShouldNotBeNull();

        spoken.Words[0].Start.ShouldBe(0.03, 0.06);
        spoken.Seconds.ShouldBe(1.1, 0.15);
        await Should.ThrowAsync<UnsupportedMediaException>(
            () => Speech.AdoptAsync(_rig.Root.Create(), "<html>over quota"u8.ToArray(), [], "beeper", CancellationToken.None));
    }

    private SpeechSynthesizer Speech => new(_rig.Tools, NullLogger<SpeechSynthesizer>.Instance);

    private Task<SpokenLine?> SpeakAsync(string line, string language = "en", string? voice = null, WordSpelling[]? spellings = null) =>
        Speech.SpeakAsync(
            _rig.Root.Create(), new SpeechRequest(line, language, voice) { Spellings = spellings ?? [] }, CancellationToken.None);

    private static void ShouldBeInOrder(SpokenLine spoken)
    {
        spoken.Words.ShouldNotBeEmpty();
        foreach (var (word, next) in spoken.Words.Zip(spoken.Words.Skip(1)))
            next.Start.ShouldBeGreaterThanOrEqualTo(word.End - 0.002, $"{next} after {word}");
        spoken.Words.ShouldAllBe(word => word.End >= word.Start && word.Start >= 0 && word.End <= spoken.Seconds + 0.001);
    }

    private static double Loudness(short[] samples, double from, double to) =>
        Math.Sqrt(samples[(int)(from * Sound.FilmRate)..(int)(to * Sound.FilmRate)].Average(sample => (double)sample * sample));
}
