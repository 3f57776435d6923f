using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace MangaMotion.Cli.Local;

/// <summary><c>status</c>: shows every server and service with its process id, port and log.</summary>
internal static class StatusCommand
{
    private const int NotReady = 3;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "status", $"Show every server and service: state, process id, port, log. Exits with {NotReady} if one is not ready.") { json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(bool json, CancellationToken cancellationToken)
    {
        var deployment = Deployment.Find(Clone.Find());
        var processes = deployment is null ? [] : await deployment.GetStatusAsync(cancellationToken);
        var ready = processes.Count > 0 && processes.All(process => process.State == ProcessStatus.Ready);
        if (json)
        {
            var status = new { ready, url = ready ? deployment?.Url : null, store = deployment?.Store, processes };
            Console.WriteLine(JsonSerializer.Serialize(status, Json));
        }
        else if (deployment is null)
            AnsiConsole.MarkupLine($"No stack is running. Start one with {CommandLine.Program} up.");
        else
            CreateTable(processes).Write();
        return ready ? 0 : NotReady;
    }

    private static ListTable CreateTable(IReadOnlyList<ProcessStatus> processes)
    {
        var table = new ListTable("name", "state", "pid", "port", "log");
        foreach (var process in processes)
        {
            var color = process.State == ProcessStatus.Ready ? "green" : "red";
            var log = Path.GetRelativePath(Environment.CurrentDirectory, process.Log);
            table.Add(
                process.Name, $"[{color}]{Markup.Escape(process.Description)}[/]", $"{process.Pid}", $"{process.Port}", Markup.Escape(log));
        }

        return table;
    }
}
