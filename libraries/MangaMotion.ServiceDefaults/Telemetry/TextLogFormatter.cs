using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace MangaMotion.ServiceDefaults.Telemetry;

/// <summary>Writes lines for a terminal: <c>12:03:04.123 warn BrokerWatch: RabbitMQ at …</c>, and a stack below if there is one.</summary>
internal sealed class TextLogFormatter(Redaction redaction, TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "mangamotion-text";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var level = logEntry.LogLevel switch
        {
            LogLevel.Trace => "trce",
            LogLevel.Debug => "dbug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warn",
            LogLevel.Error => "fail",
            _ => "crit",
        };
        var time = clock.GetLocalNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var category = logEntry.Category[(logEntry.Category.LastIndexOf('.') + 1)..];
        textWriter.WriteLine($"{time} {level} {category}: {redaction.Clean(logEntry.Formatter(logEntry.State, logEntry.Exception))}");
        if (logEntry.Exception is { } exception)
            textWriter.WriteLine(redaction.Clean(exception.ToString()));
    }
}
