using System.Text.Json;
using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Film.Speech;
using MangaMotion.Media.Tests;
using MangaMotion.VideoPipeline.Stages.VoiceGen;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MangaMotion.VideoPipeline.Tests;

public sealed class ElevenLabsTests : IAsyncLifetime
{
    private const string Key = "key-that-is-not-logged";

    private readonly VideoRig _rig = new();
    private readonly Stub _stub = new();

    public async ValueTask InitializeAsync() => await _stub.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _stub.DisposeAsync();
        await _rig.DisposeAsync();
    }

    [Fact]
    public async Task The_provider_speaks_a_line_with_a_time_for_each_character()
    {
        var speech = await SpeakAsync("Up we go", "en");

        speech.Draft.ShouldBeFalse();
        speech.Words.Select(word => word.Text).ShouldBe(["Up", "we", "go"]);
        (speech.Words[1].Start - speech.Words[0].Start).ShouldBe(0.3, 0.01);
        var request = _stub.Requests.ShouldHaveSingleItem();
        request.Path.ShouldBe("/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM/with-timestamps?output_format=mp3_44100_128");
        request.Key.ShouldBe(Key);
        request.Body.GetProperty("text").GetString().ShouldBe("Up we go");
        request.Body.GetProperty("model_id").GetString().ShouldBe("eleven_multilingual_v2");
    }

    [Fact]
    public async Task Japanese_has_a_time_for_each_character_and_a_voice_can_be_requested()
    {
        var speech = await SpeakAsync("灯り。だ", "ja", voice: "EXAVITQu4vr4xnSDxMaL");

        speech.Words.Select(word => word.Text).ShouldBe(["灯", "り。", "だ"]);
        _stub.Requests[0].Path.ShouldContain("/EXAVITQu4vr4xnSDxMaL/");
    }

    [Fact]
    public async Task The_provider_reads_a_pronunciation_and_the_words_are_those_of_the_line()
    {
        var speech = await SpeakAsync("Aoi, up we go", "en", pronunciations: [new() { Word = "aoi", Say = "Ah oh ee" }]);

        _stub.Requests.ShouldHaveSingleItem().Body.GetProperty("text").GetString().ShouldBe("Ah oh ee, up we go");
        speech.Words.Select(word => word.Text).ShouldBe(["Aoi,", "up", "we", "go"]);
        speech.Words[1].Start.ShouldBeGreaterThan(speech.Words[0].Start + 0.6);
    }

    [Fact]
    public async Task A_busy_provider_is_retried_after_its_Retry_After()
    {
        _stub.Before.Enqueue(context => Answer(context, 429, retryAfter: 1));
        _stub.Before.Enqueue(context => Answer(context, 503));

        var speech = await SpeakAsync("Up we go", "en");

        speech.Draft.ShouldBeFalse();
        _stub.Requests.Count.ShouldBe(3);
        (_stub.Requests[1].At - _stub.Requests[0].At).ShouldBeGreaterThan(TimeSpan.FromSeconds(0.9));
    }

    [Theory]
    [InlineData(401, "{}", 1)]
    [InlineData(500, "", 3)]
    [InlineData(200, "<html>not JSON</html>", 1)]
    [InlineData(200, "{\"audio_base64\":\"bm90IHNvdW5k\"}", 1)]
    [InlineData(200, "{\"audio_base64\":\"***\"}", 1)]
    [InlineData(200, "{\"audio_base64\":null}", 1)]
    [InlineData(200, "{\"audio_base64\":\"bm90IHNvdW5k\",\"alignment\":{\"characters\":[\"a\"]}}", 1)]
    [InlineData(
        200,
        """{"audio_base64":"bm90IHNvdW5k","alignment":{"characters":null,"character_start_times_seconds":"""
        + """[],"character_end_times_seconds":[]}}""",
        1)]
    public async Task The_local_voice_speaks_a_draft_if_the_provider_fails(int status, string body, int asked)
    {
        for (var i = 0; i < asked; i++)
            _stub.Before.Enqueue(context => Answer(context, status, body));
        var log = new LastLog();

        var speech = await SpeakAsync("Up we go", "en", log: log);

        speech.Draft.ShouldBeTrue();
        speech.Seconds.ShouldBeGreaterThan(0.4);
        _stub.Requests.Count.ShouldBe(asked);
        log.Text.ShouldContain("The local voice speaks it as a draft.");
        log.Text.ShouldNotContain(Key);
    }

    [Fact]
    public async Task A_Retry_After_of_years_is_not_waited_for()
    {
        _stub.Before.Enqueue(context => Answer(context, 429, retryAfter: 99_999_999));

        (await SpeakAsync("Up we go", "en", deadline: TimeSpan.FromSeconds(1))).Draft.ShouldBeTrue();
    }

    [Fact]
    public async Task A_video_that_requests_a_local_voice_gets_it()
    {
        (await SpeakAsync("Up we go", "en", voice: LocalVoice.Slt)).Draft.ShouldBeFalse();

        _stub.Requests.ShouldBeEmpty();
    }

    private async Task<ShotSpeech> SpeakAsync(
        string line, string language, string? voice = null, ILogger<ElevenLabsVoice>? log = null, TimeSpan? deadline = null,
        IReadOnlyList<Pronunciation>? pronunciations = null)
    {
        var options = new ElevenLabsOptions { BaseUrl = _stub.Address, MaxRetries = 2, Deadline = deadline ?? TimeSpan.FromMinutes(3) };
        using var client = ElevenLabsClient.Create(Key, options);
        var provider = new ElevenLabsVoice(
            client, new ShotVoice(_rig.Synthesizer), _rig.Synthesizer, Microsoft.Extensions.Options.Options.Create(options),
            log ?? NullLogger<ElevenLabsVoice>.Instance);
        var shot = VideoRig.Shot(1, 1, new PanelBox { X = 0, Y = 0, Width = 100, Height = 100 }, line);
        return await provider.SpeakAsync(
            shot, new VideoOptions { Language = language, Voice = voice }, pronunciations ?? [], _rig.Workspace, CancellationToken.None);
    }

    private static async Task Answer(HttpContext context, int status, string body = "", int? retryAfter = null)
    {
        context.Response.StatusCode = status;
        if (retryAfter is { } seconds)
            context.Response.Headers.RetryAfter = $"{seconds}";
        await context.Response.WriteAsync(body);
    }

    private sealed class LastLog : ILogger<ElevenLabsVoice>
    {
        public string Text { get; private set; } = "";

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Text += formatter(state, exception) + exception;
    }

    /// <summary>Server with the documented API of ElevenLabs. It answers a tone as MP3 and 0.1 s for each character.</summary>
    private sealed class Stub : IAsyncDisposable
    {
        private readonly WebApplication _app;

        public Stub()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            _app = builder.Build();
            _app.MapPost("/v1/text-to-speech/{voice}/with-timestamps", AnswerAsync);
        }

        public string Address => _app.Urls.First();

        public List<(string Path, string Key, JsonElement Body, DateTime At)> Requests { get; } = [];

        /// <summary>Answers before the regular ones.</summary>
        public Queue<Func<HttpContext, Task>> Before { get; } = new();

        public Task StartAsync() => _app.StartAsync();

        public ValueTask DisposeAsync() => _app.DisposeAsync();

        private async Task AnswerAsync(HttpContext context)
        {
            var body = (await JsonDocument.ParseAsync(context.Request.Body)).RootElement;
            Requests.Add(
                (context.Request.Path + context.Request.QueryString, context.Request.Headers["xi-api-key"].ToString(), body,
                    DateTime.UtcNow));
            if (Before.TryDequeue(out var before))
            {
                await before(context);
                return;
            }

            var characters = body.GetProperty("text").GetString()!.Select(c => c.ToString()).ToArray();
            await context.Response.WriteAsJsonAsync(new
            {
                audio_base64 = Convert.ToBase64String(Tones()),
                alignment = new
                {
                    characters,
                    character_start_times_seconds = characters.Select((_, i) => i / 10.0),
                    character_end_times_seconds = characters.Select((_, i) => (i + 1) / 10.0),
                },
            });
        }

        private static byte[] Tones() => SampleMedia.Bytes("mp3", ["sine=f=300:d=0.9"]);
    }
}
