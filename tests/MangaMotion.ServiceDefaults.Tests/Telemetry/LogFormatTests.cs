using System.Diagnostics;
using System.Text.Json;
using MangaMotion.ServiceDefaults.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace MangaMotion.ServiceDefaults.Tests.Telemetry;

public sealed class LogFormatTests
{
    [Fact]
    public void A_record_is_one_json_object_on_one_line()
    {
        var line = Write("Job {JobId} took {Seconds} s\nand more", [7, 1.5], new InvalidOperationException("line one\nline two"));

        line.TrimEnd().ShouldNotContain("\n");
        var record = JsonDocument.Parse(line).RootElement;
        record.GetProperty("level").GetString().ShouldBe("warn");
        record.GetProperty("service").GetString().ShouldBe("sample");
        record.GetProperty("category").GetString().ShouldBe("Tests");
        record.GetProperty("message").GetString().ShouldBe("Job 7 took 1.5 s\nand more");
        record.GetProperty("JobId").GetInt32().ShouldBe(7);
        record.GetProperty("Seconds").GetDouble().ShouldBe(1.5);
        record.GetProperty("exception").GetString()!.ShouldContain("line two");
    }

    [Fact]
    public void Scopes_are_flattened_and_the_inner_one_wins()
    {
        var scopes = new LoggerExternalScopeProvider();
        using (scopes.Push(new Dictionary<string, object> { ["job_id"] = "j1", ["attempt"] = 1 }))
        using (scopes.Push(new Dictionary<string, object> { ["attempt"] = 2, ["message"] = "not the message" }))
        {
            var record = JsonDocument.Parse(Write("hello", [], null, scopes)).RootElement;

            record.GetProperty("job_id").GetString().ShouldBe("j1");
            record.GetProperty("attempt").GetInt32().ShouldBe(2);
            record.GetProperty("message").GetString().ShouldBe("hello");
        }
    }

    [Fact]
    public void The_trace_and_the_span_are_named()
    {
        using var activity = new Activity("test").Start();

        var record = JsonDocument.Parse(Write("hello", [])).RootElement;

        record.GetProperty("trace_id").GetString().ShouldBe(activity.TraceId.ToHexString());
        record.GetProperty("span_id").GetString().ShouldBe(activity.SpanId.ToHexString());
    }

    [Theory]
    [InlineData("Host=db;Username=me;Password=tiger;Database=m", "tiger")]
    [InlineData("amqp://me:tiger@broker:5672/vhost", "tiger")]
    [InlineData("http://store/bucket/key?X-Amz-Credential=AKIA%2F1&X-Amz-Signature=deadbeef&x=1", "deadbeef")]
    [InlineData("the key is K3Y-from-the-configuration, see", "K3Y-from-the-configuration")]
    [InlineData("broken: Pass-from-the-string!", "Pass-from-the-string!")]
    public void A_secret_appears_in_no_part_of_a_record(string text, string secret)
    {
        var scopes = new LoggerExternalScopeProvider();
        using var scope = scopes.Push(new Dictionary<string, object> { ["input"] = text });

        var line = Write("Failed with {Text}", [text], new InvalidOperationException(text), scopes);

        line.ShouldNotContain(secret);
        line.ShouldContain("***");
    }

    [Fact]
    public void Text_without_a_secret_is_unchanged()
    {
        const string text = "GET http://127.0.0.1:9000/health?token_count=3 took a=1; b=2, me@example.org";

        JsonDocument.Parse(Write(text, [])).RootElement.GetProperty("message").GetString().ShouldBe(text);
    }

    [Theory]
    [InlineData("http://host/ ", "a")]
    [InlineData("k=v ", "password ")]
    [InlineData("://", "a:")]
    public void A_line_of_any_length_is_written(string start, string repeated)
    {
        var text = start + string.Concat(Enumerable.Repeat(repeated, 1_000_000));

        Write(text, []).ShouldContain(repeated);
    }

    [Fact]
    public void Each_line_for_the_journal_begins_with_its_priority_and_has_no_secret()
    {
        var text = Write(
            "Broker at {Address} is away",
            ["amqp://me:tigertiger@broker"],
            new InvalidOperationException("line one\nline two"),
            create: redaction => new JournalLogFormatter(redaction));

        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[0].ShouldStartWith("<4>Tests: Broker at amqp://");
        lines.Length.ShouldBe(3);
        lines.ShouldAllBe(line => line.StartsWith("<4>", StringComparison.Ordinal));
        text.ShouldNotContain("tigertiger");
    }

    private static string Write(
        string message,
        object[] values,
        Exception? exception = null,
        IExternalScopeProvider? scopes = null,
        Func<Redaction, ConsoleFormatter>? create = null)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Storage:S3:SecretKey"] = "K3Y-from-the-configuration",
            ["ConnectionStrings:Postgres"] = "Host=db;Password=Pass-from-the-string!",
        }).Build();
        var redaction = new Redaction(configuration);
        var formatter = create?.Invoke(redaction)
            ?? new JsonLogFormatter(ServiceIdentity.Create("sample"), redaction, TimeProvider.System);
        var writer = new StringWriter();
        var logger = new FormattingLogger(formatter, scopes, writer);
#pragma warning disable CA2254 // The test is about the template.
        logger.LogWarning(exception, message, values);
#pragma warning restore CA2254
        return writer.ToString();
    }

    private sealed class FormattingLogger(ConsoleFormatter formatter, IExternalScopeProvider? scopes, TextWriter writer) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter1) =>
            formatter.Write(new LogEntry<TState>(logLevel, "Tests", eventId, state, exception, formatter1), scopes, writer);
    }
}
