using System.CommandLine;
using System.CommandLine.Parsing;
using MangaMotion.Api;
using MangaMotion.Client;
using Spectre.Console;

namespace MangaMotion.Cli.Operating;

/// <summary><c>replay</c>: replays dead letters and watches their jobs.</summary>
internal static class ReplayCommand
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(300);

    public static Command Create()
    {
        var ids = Arguments.CreateIds("Dead letters to replay.", $"{CommandLine.Program} failed lists the ids");
        var all = new Option<bool>("--all") { Description = "Replay all open dead letters." };
        var fingerprint = new Option<string?>("--fingerprint") { Description = "Only this cause, as failed --group lists it." };
        var type = new Option<string?>("--type") { Description = "Only this job type, such as thumbnail." };
        var collection = new Option<string?>("--collection") { Description = "Only this collection." };
        var error = new Option<string?>("--error") { Description = "Only this error code or class." };
        var canary = new Option<bool>("--canary") { Description = "Replay one first, and the others only if it succeeds." };
        var noWait = new Option<bool>("--no-wait") { Description = "Return at once; do not wait for the jobs." };
        var command = new Command("replay", "Replay dead letters, with their attempts reset. Exits with 1 if a job fails again.")
        {
            ids, all, fingerprint, type, collection, error, canary, noWait,
        };
        command.Aliases.Add("retry");
        command.Validators.Add(result => CheckSelection(result, all, [ids, fingerprint, type, collection, error]));
        command.SetAction((parsed, cancellationToken) => ApiConnection.UseAsync(
            client => ReplayAsync(
                client,
                new()
                {
                    Ids = parsed.GetValue(ids) is { Length: > 0 } some ? some : null,
                    All = parsed.GetValue(all),
                    Fingerprint = parsed.GetValue(fingerprint),
                    Type = parsed.GetValue(type),
                    Collection = parsed.GetValue(collection),
                    Error = parsed.GetValue(error),
                    Canary = parsed.GetValue(canary),
                },
                wait: !parsed.GetValue(noWait),
                cancellationToken),
            cancellationToken));
        return command;
    }

    private static void CheckSelection(CommandResult result, Option<bool> all, Symbol[] filters)
    {
        var filtered = Array.Exists(filters, filter => filter switch
        {
            Argument argument => result.GetResult(argument)?.Tokens.Count > 0,
            Option option => result.GetResult(option) is not null,
            _ => false,
        });
        var everything = result.GetResult(all) is not null && result.GetValue(all);
        if (everything && filtered)
            result.AddError("--all excludes ids and filters; leave one of them out.");
        else if (!everything && !filtered)
            result.AddError("No dead letters are selected; give ids, a filter or --all.");
    }

    private static async Task<int> ReplayAsync(
        MangaMotionClient client, ReplayFailedJobs request, bool wait, CancellationToken cancellationToken)
    {
        var replay = await client.ReplayFailedJobsAsync(request, cancellationToken);
        AnsiConsole.MarkupLineInterpolated($"Replay {replay.Id}: {replay.Total} dead letters.");
        if (replay.Total == 0 && !request.All)
        {
            throw new CommandException(
                $"No open dead letter matches. {CommandLine.Program} failed lists them, with --group their fingerprints.");
        }

        if (wait)
            replay = await WatchAsync(client, replay.Id, cancellationToken);
        AnsiConsole.WriteLine(
            $"{replay.Status}: {replay.Succeeded} succeeded, {replay.FailedAgain} failed again, {replay.Canceled} canceled, "
            + $"{replay.Skipped} skipped, {replay.Waiting} waiting.");
        if (replay.Reason is not null)
            AnsiConsole.MarkupLineInterpolated($"[red]{replay.Reason}[/]");
        return replay.FailedAgain > 0 ? CommandLine.Failed : 0;
    }

    private static Task<ReplayProgress> WatchAsync(MangaMotionClient client, Guid id, CancellationToken cancellationToken) =>
        AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask("replays");
                while (true)
                {
                    var replay = await client.GetReplayAsync(id, cancellationToken);
                    bar.MaxValue = Math.Max(1, replay.Total);
                    bar.Value = replay.Total == 0 ? 1 : replay.Succeeded + replay.FailedAgain + replay.Canceled + replay.Skipped;
                    bar.Description = $"{replay.Released} replayed, {replay.Succeeded} succeeded, {replay.FailedAgain} failed again";
                    if (replay.Status != ReplayStatuses.Running)
                        return replay;
                    await Task.Delay(PollInterval, cancellationToken);
                }
            });
}
