using System.CommandLine;
using MangaMotion.Client;
using Spectre.Console;

namespace MangaMotion.Cli.Operating;

/// <summary><c>retry</c>: run dead letters again and watch.</summary>
internal static class RetryCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);

    public static Command Create()
    {
        var ids = new Argument<Guid[]>("ID") { Description = "Dead letters.", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "All that are open." };
        var fingerprint = new Option<string?>("--fingerprint") { Description = "Those of one cause." };
        var type = new Option<string?>("--type") { Description = "Those of one job type." };
        var collection = new Option<string?>("--collection") { Description = "Those of one collection." };
        var error = new Option<string?>("--error") { Description = "Those with this error code or class." };
        var canary = new Option<bool>("--canary") { Description = "One first; the rest only when it has succeeded." };
        var noWait = new Option<bool>("--no-wait") { Description = "Do not watch until all have ended." };
        var command = new Command("retry", "Run dead letters again. Exits with 1 when some failed again.") { ids, all, fingerprint, type, collection, error, canary, noWait };
        command.SetAction((parsed, cancellationToken) => Api.UseAsync(async client =>
        {
            var retry = await client.RetryFailedJobsAsync(
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
                cancellationToken);
            AnsiConsole.MarkupLineInterpolated($"Retry {retry.Id}: {retry.Total} dead letters.");
            if (!parsed.GetValue(noWait))
                retry = await WatchAsync(client, retry.Id, cancellationToken);
            AnsiConsole.MarkupLineInterpolated($"{retry.Status}: {retry.Succeeded} succeeded, {retry.FailedAgain} failed again, {retry.Canceled} canceled, {retry.Skipped} skipped, {retry.Waiting} wait.");
            if (retry.Reason is not null)
                AnsiConsole.MarkupLineInterpolated($"[red]{retry.Reason}[/]");
            return retry.FailedAgain > 0 ? 1 : 0;
        }));
        return command;
    }

    private static Task<RetryProgress> WatchAsync(MangaMotionClient client, Guid id, CancellationToken cancellationToken) =>
        AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn()).StartAsync(async context =>
        {
            var bar = context.AddTask("replays");
            while (true)
            {
                var retry = await client.GetRetryAsync(id, cancellationToken);
                bar.MaxValue = Math.Max(1, retry.Total);
                bar.Value = retry.Total == 0 ? 1 : retry.Succeeded + retry.FailedAgain + retry.Canceled + retry.Skipped;
                bar.Description = $"{retry.Released} released, {retry.Succeeded} succeeded, {retry.FailedAgain} failed again";
                if (retry.Status != "running")
                    return retry;
                await Task.Delay(Interval, cancellationToken);
            }
        });
}
