using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace MangaMotion.Cli.Local;

/// <summary><c>status</c>: every server and service with process id, port and log.</summary>
internal static class StatusCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("status", "Show every server and service: state, process id, port, log. Exits with 3 when not all are ready.") { json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(bool json, CancellationToken cancellationToken)
    {
        var deployment = Deployment.Find(Clone.Find());
        var processes = deployment is null ? [] : await deployment.GetStatusAsync(cancellationToken);
        var ready = processes.Count > 0 && processes.All(x => x.State == ProcessStatus.Ready);
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(new { ready, url = ready ? deployment?.Url : null, store = deployment?.Store, processes }, Json));
        else if (deployment is null)
            AnsiConsole.MarkupLine("Nothing runs. Start it with ./mangamotion up.");
        else
            AnsiConsole.Write(Table(processes));
        return ready ? 0 : 3;
    }

    private static Table Table(IReadOnlyList<ProcessStatus> processes)
    {
        var table = new Table().Border(TableBorder.None).AddColumns("[grey]name[/]", "[grey]state[/]", "[grey]pid[/]", "[grey]port[/]", "[grey]log[/]");
        foreach (var process in processes)
        {
            var color = process.State == ProcessStatus.Ready ? "green" : "red";
            var state = process.Detail is null ? process.State : $"{process.State}: {process.Detail}";
            table.AddRow(process.Name, $"[{color}]{Markup.Escape(state)}[/]", $"{process.Pid}", $"{process.Port}", Markup.Escape(Path.GetRelativePath(Environment.CurrentDirectory, process.Log)));
        }

        return table;
    }
}
