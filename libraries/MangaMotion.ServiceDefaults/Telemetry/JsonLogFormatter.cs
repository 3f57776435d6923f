using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace MangaMotion.ServiceDefaults.Telemetry;

/// <summary>
/// Writes one JSON object a line: <c>time</c>, <c>level</c>, <c>service</c>, <c>worker</c>, <c>category</c>, <c>message</c>,
/// <c>trace_id</c>, <c>span_id</c>, <c>exception</c>, and each value of the message and of its scopes under its own name.
/// </summary>
internal sealed class JsonLogFormatter(ServiceIdentity identity, Redaction redaction, TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "mangamotion-json";

    private static readonly string[] FixedNames =
    [
        "{OriginalFormat}", "time", "level", "service", "worker", "category", "message", "trace_id", "span_id", "exception",
    ];

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            // The last value of a name wins, so an inner scope overrides an outer one. The fixed names are not overwritten.
            var values = new Dictionary<string, object?>(StringComparer.Ordinal);
            scopeProvider?.ForEachScope(Collect, values);
            Collect(logEntry.State, values);

            json.WriteStartObject();
            json.WriteString("time", clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", NameLevel(logEntry.LogLevel));
            json.WriteString("service", identity.Service);
            json.WriteString("worker", identity.WorkerId);
            json.WriteString("category", logEntry.Category);
            json.WriteString("message", redaction.Clean(logEntry.Formatter(logEntry.State, logEntry.Exception)));
            if (Activity.Current is { } activity)
            {
                json.WriteString("trace_id", activity.TraceId.ToHexString());
                json.WriteString("span_id", activity.SpanId.ToHexString());
            }

            if (logEntry.Exception is { } exception)
                json.WriteString("exception", redaction.Clean(exception.ToString()));
            foreach (var (name, value) in values)
                WriteValue(json, name, value);
            json.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void Collect(object? state, Dictionary<string, object?> values)
    {
        if (state is not IEnumerable<KeyValuePair<string, object?>> pairs)
            return;
        foreach (var (name, value) in pairs)
        {
            if (!FixedNames.Contains(name))
                values[name] = value;
        }
    }

    private void WriteValue(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNull(name);
                break;
            case bool truth:
                json.WriteBoolean(name, truth);
                break;
            case byte or short or int or long or uint:
                json.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double number when double.IsFinite(number):
                json.WriteNumber(name, number);
                break;
            default:
                json.WriteString(name, redaction.Clean(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
                break;
        }
    }

    private static string NameLevel(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "fatal",
    };
}
