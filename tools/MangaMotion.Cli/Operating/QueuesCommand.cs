using System.CommandLine;
using System.Globalization;
using MangaMotion.Api;
using MangaMotion.Client;
using Spectre.Console;

namespace MangaMotion.Cli.Operating;

/// <summary><c>queues</c>: lists the queues, also those of the stages of videos, and pauses and resumes them.</summary>
internal static class QueuesCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("queues", "List the queues with their waiting messages, or pause and resume one.")
        {
            json,
            CreatePause(), CreateResume(),
        };
        command.SetAction((parsed, cancellationToken) => ApiConnection.UseAsync(
            async client =>
            {
                var queues = await client.GetQueuesAsync(cancellationToken);
                if (parsed.GetValue(json))
                    OutputJson.Write(queues);
                else
                    Show(queues.Queues);
                return 0;
            },
            cancellationToken));
        return command;
    }

    private static Command CreatePause()
    {
        var reason = new Option<string?>("--reason") { Description = "Reason, for everybody who sees the queue." };
        var until = Arguments.CreateTimeOption(
            "--until", "Time at which the queue resumes by itself, such as 2026-12-01T06:00Z. Default: when it is resumed.");
        return CreateChange(
            "pause", "Start no job of a queue until it is resumed. Running jobs finish.", [reason, until],
            (call, queue, allLanes) => call.Client.PauseQueueAsync(
                queue,
                new() { Reason = call.Parsed.GetValue(reason), Until = call.Parsed.GetValue(until), AllLanes = allLanes },
                call.CancellationToken));
    }

    private static Command CreateResume() => CreateChange(
        "resume", "Start jobs of a queue again.", [],
        (call, queue, allLanes) => call.Client.ResumeQueueAsync(queue, new() { AllLanes = allLanes }, call.CancellationToken));

    private static Command CreateChange(
        string name, string description, Option[] options, Func<Call, string, bool, Task<QueueInfo>> changeAsync)
    {
        var queue = new Argument<string>("QUEUE") { Description = $"Name of the queue, as {CommandLine.Program} queues lists it." };
        var allLanes = new Option<bool>("--all-lanes") { Description = "All priorities of the job type of this queue." };
        var command = new Command(name, description) { queue, allLanes };
        foreach (var option in options)
            command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) => ApiConnection.UseAsync(
            async client =>
            {
                var call = new Call(client, parsed, cancellationToken);
                var changed = await changeAsync(call, parsed.GetValue(queue)!, parsed.GetValue(allLanes));
                Show(parsed.GetValue(allLanes)
                    ? [.. (await client.GetQueuesAsync(cancellationToken)).Queues.Where(each => each.JobType == changed.JobType)]
                    : [changed]);
                return 0;
            },
            cancellationToken));
        return command;
    }

    private static void Show(IReadOnlyList<QueueInfo> queues)
    {
        var table = new ListTable("queue", "waiting", "consumers", "dead letters", "paused", "until", "reason");
        foreach (var queue in queues)
        {
            table.Add(
                Markup.Escape(queue.Name), Count(queue.Ready), Count(queue.Consumers), Count(queue.DeadLetters),
                queue.PausedAt is { } since ? Cell.Format(since) : "",
                queue.PausedUntil is { } until ? Cell.Format(until) : queue.Paused ? "resumed" : "",
                Markup.Escape(Cell.Truncate(queue.PauseReason ?? "")));
        }

        table.Write();
    }

    private static string Count(long number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record Call(MangaMotionClient Client, ParseResult Parsed, CancellationToken CancellationToken);
}
