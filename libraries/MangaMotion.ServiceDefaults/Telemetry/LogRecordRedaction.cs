using OpenTelemetry;
using OpenTelemetry.Logs;

namespace MangaMotion.ServiceDefaults.Telemetry;

/// <summary>Redacts logs that are sent to the collector.</summary>
internal sealed class LogRecordRedaction(Redaction redaction) : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        if (data.FormattedMessage is { } message)
            data.FormattedMessage = redaction.Clean(message);
        if (data.Attributes is { Count: > 0 } attributes)
            data.Attributes = [.. attributes.Select(Clean)];
        if (data.Exception is { } exception && redaction.Clean(exception.ToString()) is var text && text != exception.ToString())
            data.Exception = new InvalidOperationException(text);
    }

    private KeyValuePair<string, object?> Clean(KeyValuePair<string, object?> attribute) =>
        attribute.Value is string text ? new(attribute.Key, redaction.Clean(text)) : attribute;
}
