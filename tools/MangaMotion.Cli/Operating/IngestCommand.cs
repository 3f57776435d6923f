using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.Media.Images;
using Spectre.Console;

namespace MangaMotion.Cli.Operating;

/// <summary><c>ingest</c>: submits files, waits for their derivatives, and lists them.</summary>
internal static class IngestCommand
{
    public static Command Create()
    {
        var files = Arguments.CreateFiles("Files to submit: images, PDFs, archives of pages, videos, sound.");
        var collection = new Option<string?>("--collection") { Description = "Collection of the files." };
        var variants = CreateVariants("Variants beside preview and thumbnail");
        var noWait = new Option<bool>("--no-wait") { Description = "Return at once; do not wait for the derivatives." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("ingest", "Submit files and list their derivatives. Exits with 1 if a file fails.")
        {
            files, collection, variants, noWait, json,
        };
        command.SetAction((parsed, cancellationToken) => ApiConnection.UseAsync(
            async client =>
            {
                var fields = new Dictionary<string, string>();
                if (parsed.GetValue(collection) is { } name)
                    fields["collection"] = name;
                if (parsed.GetValue(variants) is { } chosen)
                    fields["variants"] = chosen;
                var status = await client.IngestAsync(
                    parsed.GetValue(files)!.Select(FileToSend.FromDisk), fields, cancellationToken: cancellationToken);
                await Console.Error.WriteLineAsync($"Ingest {status.JobId}");
                if (!parsed.GetValue(noWait))
                    status = await WatchAsync(client, status, cancellationToken);
                if (parsed.GetValue(json))
                    OutputJson.Write(status);
                else
                    Show(status);
                return status.Progress.Failed > 0 ? CommandLine.Failed : 0;
            },
            cancellationToken));
        return command;
    }

    /// <summary>Creates the option for variants, with the name of the field of the API.</summary>
    /// <param name="subject">Sentence about the pictures, without the shape of the value.</param>
    public static Option<string?> CreateVariants(string subject) => new("--variants")
    {
        Description = $$"""{{subject}}: a JSON file, or JSON such as [{"name":"card","longest_side":640,"format":"webp"}].""",
        CustomParser = ReadVariants,
    };

    private static string? ReadVariants(ArgumentResult result)
    {
        var text = result.Tokens is [var token, ..] ? token.Value : "";
        try
        {
            var json = File.Exists(text) ? File.ReadAllText(text) : text;
            using var document = JsonDocument.Parse(json);
            ChosenVariants.Parse(document.RootElement);
            return json;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or IOException or UnauthorizedAccessException)
        {
            var reason = exception is FormatException ? exception.Message : "Give an existing JSON file, or a JSON array.";
            result.AddError($"{Arguments.Describe("--variants", text, "a set of variants")} {reason}");
            return null;
        }
    }

    private static async Task<IngestStatus> WatchAsync(MangaMotionClient client, IngestStatus status, CancellationToken cancellationToken)
    {
        var id = status.JobId;
        IngestProgress? shown = null;
        while (true)
        {
            status = await Polling.GetAsync(
                () => client.GetIngestStatusAsync(id, cancellationToken: cancellationToken),
                $"The files of ingest {id} were accepted, and are processed without this command.",
                Polling.UnavailableTimeout,
                cancellationToken);
            if (status.Progress != shown)
                await Console.Error.WriteLineAsync(Describe(shown = status.Progress));
            if (status.Status == IngestStatuses.Finished)
            {
                var assets = await client.ListAssetsAsync(status.JobId, cancellationToken).ToListAsync(cancellationToken);
                return status with { Assets = assets };
            }

            await Task.Delay(Polling.Interval, cancellationToken);
        }
    }

    private static string Describe(IngestProgress progress) =>
        $"{progress.Done} done, {progress.Processing} processing, {progress.Queued} queued, {progress.Failed} failed";

    private static void Show(IngestStatus status)
    {
        var table = new ListTable("file", "status", "derivatives", "error");
        foreach (var asset in status.Assets)
        {
            var files = asset.Result is { } result && result.TryGetProperty("files", out var made) ? made.EnumerateArray() : default;
            var urls = string.Join('\n', files.Select(file => file.GetProperty("url").GetString()));
            table.Add(Markup.Escape(asset.Name), asset.Status, Markup.Escape(urls), Markup.Escape(asset.Error ?? ""));
        }

        table.Write();
    }
}
