using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace MangaMotion.ServiceDefaults.Telemetry;

/// <summary>
/// Writes lines for systemd's journal: <c>&lt;4&gt;BrokerWatch: RabbitMQ at …</c>. The number is the priority (sd-daemon(3)); the journal
/// has the time itself. Each line of a stack has the priority too.
/// </summary>
internal sealed class JournalLogFormatter(Redaction redaction) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "mangamotion-journal";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var priority = logEntry.LogLevel switch
        {
            LogLevel.Trace or LogLevel.Debug => 7,
            LogLevel.Information => 6,
            LogLevel.Warning => 4,
            LogLevel.Error => 3,
            _ => 2,
        };
        var category = logEntry.Category[(logEntry.Category.LastIndexOf('.') + 1)..];
        var text = $"{category}: {logEntry.Formatter(logEntry.State, logEntry.Exception)}";
        if (logEntry.Exception is { } exception)
            text += $"\n{exception}";
        foreach (var line in redaction.Clean(text).Split('\n'))
            textWriter.Write($"<{priority}>{line}\n");
    }
}
