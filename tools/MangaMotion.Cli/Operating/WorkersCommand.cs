using System.CommandLine;
using System.Globalization;
using MangaMotion.Api;
using MangaMotion.Client;
using Spectre.Console;

namespace MangaMotion.Cli.Operating;

/// <summary><c>workers</c>: lists the workers, drains one, and lifts a drain.</summary>
internal static class WorkersCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("workers", "List the workers of the last day, or drain and resume one.")
        {
            json,
            CreateChange(
                "drain", "Let a worker finish its running jobs and take no others, until it is resumed or ends.",
                (client, worker, cancellationToken) => client.DrainWorkerAsync(worker, cancellationToken)),
            CreateChange(
                "resume", "Let a drained worker take jobs again.",
                (client, worker, cancellationToken) => client.ResumeWorkerAsync(worker, cancellationToken)),
        };
        command.SetAction((parsed, cancellationToken) => ApiConnection.UseAsync(
            async client =>
            {
                var workers = await client.GetWorkersAsync(cancellationToken);
                if (parsed.GetValue(json))
                    OutputJson.Write(workers);
                else
                    Show(workers.Workers);
                return 0;
            },
            cancellationToken));
        return command;
    }

    private static Command CreateChange(
        string name, string description, Func<MangaMotionClient, string, CancellationToken, Task<WorkerInfo>> changeAsync)
    {
        var worker = new Argument<string>("WORKER") { Description = $"Id of the worker, as {CommandLine.Program} workers lists it." };
        var command = new Command(name, description) { worker };
        command.SetAction((parsed, cancellationToken) => ApiConnection.UseAsync(
            async client =>
            {
                Show([await changeAsync(client, parsed.GetValue(worker)!, cancellationToken)]);
                return 0;
            },
            cancellationToken));
        return command;
    }

    private static void Show(IReadOnlyList<WorkerInfo> workers)
    {
        var table = new ListTable("worker", "health", "running jobs", "draining");
        foreach (var worker in workers)
        {
            table.Add(
                Markup.Escape(worker.Id), worker.Health,
                string.Create(CultureInfo.InvariantCulture, $"{worker.CurrentJobs.Count} of {worker.Concurrency}"),
                worker.DrainingSince is { } since ? Cell.Format(since) : "");
        }

        table.Write();
    }
}
