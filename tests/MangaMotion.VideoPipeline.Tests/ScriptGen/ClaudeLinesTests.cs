using System.Text.Json;
using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;
using MangaMotion.VideoPipeline.Stages.ScriptGen;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MangaMotion.VideoPipeline.Tests.ScriptGen;

/// <summary>Tests with a stub of the documented Messages API.</summary>
public sealed class ClaudeLinesTests : IAsyncLifetime
{
    private const string Key = "sk-ant-secret-of-a-test";

    private readonly ClaudeStub _stub = new();
    private readonly LogText _log = new();

    public async ValueTask InitializeAsync() => await _stub.StartAsync();

    public ValueTask DisposeAsync() => _stub.DisposeAsync();

    [Fact]
    public async Task Lines_and_speakers_are_taken_from_the_answer_and_silence_stays()
    {
        _stub.Answers.Enqueue(Stub.Says(
            """Here you are: ```json {"shots":[{"id":"p001-s01","line":"It rains.","speaker":"Aya"},"""
            + """{"id":"p001-s09","line":"x"},{"id":"p001-s02","line":"Forged"}]} ```"""));

        var script = await WriteAsync();

        script.Shots.Select(shot => (shot.Id, shot.Line, shot.Speaker, shot.Draft)).ShouldBe(
            [("p001-s01", "It rains.", "Aya", false), ("p001-s02", null, null, false), ("p001-s03", "Run!", null, false)]);
        var asked = _stub.Requests.ShouldHaveSingleItem();
        asked.Headers.ShouldContain(header => header.Contains(Key));
        asked.Body["model"]!.GetValue<string>().ShouldBe("claude-sonnet-5-5");
        var question = asked.Body["messages"]![0]!["content"]!.ToJsonString();
        question.ShouldContain("lt rains");
        question.ShouldNotContain("p001-s02");
    }

    [Fact]
    public async Task A_429_is_retried_after_its_Retry_After()
    {
        _stub.Answers.Enqueue(Stub.Fails(429, retryAfter: "2"));
        _stub.Answers.Enqueue(Stub.Says("""{"shots":[{"id":"p001-s01","line":"It rains.","speaker":null}]}"""));

        (await WriteAsync()).Shots[0].Line.ShouldBe("It rains.");

        _stub.Requests.Count.ShouldBe(2);
        (_stub.Requests[1].At - _stub.Requests[0].At).ShouldBeGreaterThan(TimeSpan.FromSeconds(1.9));
    }

    [Theory]
    [InlineData(500, 3)]
    [InlineData(529, 3)]
    [InlineData(429, 3)]
    [InlineData(401, 1)]
    [InlineData(400, 1)]
    public async Task The_recognised_lines_stay_as_drafts_if_the_provider_fails(int status, int requests)
    {
        for (var i = 0; i < requests; i++)
            _stub.Answers.Enqueue(Stub.Fails(status));

        await StaysAsReadAsync($"{status}");
        _stub.Requests.Count.ShouldBe(requests);
    }

    [Theory]
    [InlineData("I would rather not.")]
    [InlineData("{\"shots\":[]}")]
    [InlineData("{\"shots\":\"all\"}")]
    [InlineData("{\"shots\":[{\"id\":")]
    [InlineData("")]
    public async Task An_answer_that_is_not_a_script_is_rejected(string text)
    {
        _stub.Answers.Enqueue(Stub.Says(text));
        await StaysAsReadAsync("JsonException");
    }

    [Theory]
    [InlineData("refusal")]
    [InlineData("max_tokens")]
    public async Task A_refused_or_truncated_answer_is_rejected(string reason)
    {
        _stub.Answers.Enqueue(Stub.Says("""{"shots":[{"id":"p001-s01","line":"half"}]}""", reason));
        await StaysAsReadAsync(reason);
    }

    [Fact]
    public async Task A_body_that_is_not_a_message_is_rejected()
    {
        _stub.Answers.Enqueue(new Stub(200, "<html>A proxy's greeting</html>", null));
        await StaysAsReadAsync("");
    }

    [Fact]
    public async Task A_provider_that_never_answers_times_out()
    {
        await StaysAsReadAsync("no answer within 2 s", new ClaudeOptions { BaseUrl = _stub.Url, Deadline = TimeSpan.FromSeconds(2) });
    }

    [Fact]
    public async Task A_cancel_is_not_treated_as_a_failure()
    {
        using var cancel = new CancellationTokenSource();
        var writing = WriteAsync(cancellationToken: cancel.Token);
        await _stub.Asked.WaitAsync(TimeSpan.FromSeconds(30));
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => writing);
    }

    [Fact]
    public async Task Lines_that_cannot_be_spoken_are_cleaned()
    {
        _stub.Answers.Enqueue(
            Stub.Says(JsonSerializer.Serialize(
                new { shots = new[] { new { id = "p001-s01", line = "a\u202E\nb" + new string('x', 5000), speaker = "  " } } })));

        var script = await WriteAsync();

        ScriptRules.Check(script).ShouldBeEmpty();
        script.Shots[0].Speaker.ShouldBeNull();
    }

    private async Task StaysAsReadAsync(string logged, ClaudeOptions? options = null)
    {
        var script = await WriteAsync(options);

        script.Shots.Select(shot => (shot.Line, shot.Draft)).ShouldBe([("lt rains", true), (null, false), ("Run!", true)]);
        _log.Text.ShouldContain(logged);
        _log.Text.ShouldNotContain(Key);
    }

    private async Task<VideoScript> WriteAsync(ClaudeOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ClaudeOptions { BaseUrl = _stub.Url, MaxRetries = 2 };
        using var claude = new ClaudeLines(Key, Options.Create(options), new Logger<ClaudeLines>(_log));
        var shots = new[] { "lt rains", null, "Run!" }.Select((line, i) => new ScriptShot
        {
            Id = ScriptShot.FormatId(1, i + 1),
            Page = 1,
            Panel = new PanelBox { X = 0, Y = 0, Width = 100, Height = 100 },
            Confidence = 1,
            Line = line,
        });
        return await claude.WriteAsync(
            new VideoScript
            {
                Title = "Rain",
                Language = "en",
                Direction = ReadingDirection.LeftToRight,
                Width = 1920,
                Height = 1080,
                Fps = 30,
                Pages = [new ScriptPage { Number = 1, Name = "1", Width = 100, Height = 100 }],
                Shots = [.. shots],
            },
            cancellationToken);
    }

    /// <summary>Logger that keeps its text.</summary>
    private sealed class LogText : ILoggerFactory, ILogger
    {
        public string Text { get; private set; } = "";

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Text += $"{formatter(state, exception)} {exception}\n";

        public void Dispose()
        {
        }
    }
}
