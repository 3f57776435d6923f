using System.CommandLine;
using System.Text.Json;
using MangaMotion.Client;
using Spectre.Console;

namespace MangaMotion.Cli.Operating;

/// <summary><c>failed</c>: dead letters, one by one, by their cause, or one in full.</summary>
internal static class FailedCommand
{
    private static readonly JsonSerializerOptions Json = new(MangaMotionClient.Json) { WriteIndented = true };

    public static Command Create()
    {
        var id = new Argument<Guid?>("ID") { Description = "One dead letter with its stack, input and what the tool said.", Arity = ArgumentArity.ZeroOrOne };
        var group = new Option<bool>("--group") { Description = "One line for each cause." };
        var status = new Option<string>("--status") { Description = "open, replaying, resolved, failed_again or all.", DefaultValueFactory = _ => "open" };
        var filters = Filters();
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("failed", "Dead letters, newest first, or by their cause.") { id, group, status, json };
        foreach (var filter in filters)
            command.Add(filter);
        command.SetAction((parsed, cancellationToken) => Api.UseAsync(async client =>
        {
            if (parsed.GetValue(id) is { } one)
            {
                Show(await client.GetFailedJobAsync(one, cancellationToken), parsed.GetValue(json));
                return 0;
            }

            var query = string.Join('&', filters
                .Select(filter => (Name: filter.Name.TrimStart('-'), Value: parsed.GetValue(filter)))
                .Append((Name: "status", Value: parsed.GetValue(status) is "all" ? null : parsed.GetValue(status)))
                .Where(part => part.Value is not null)
                .Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}"));
            var found = parsed.GetValue(group) ? await client.GetFailedJobGroupsAsync(query, cancellationToken) : await client.GetFailedJobsAsync(query, cancellationToken);
            if (parsed.GetValue(json))
                Console.WriteLine(JsonSerializer.Serialize(found, Json));
            else if (found is { Items: null or [], Groups: null or [] })
                AnsiConsole.MarkupLine("[green]None.[/]");
            else
                AnsiConsole.Write(found.Groups is { } groups ? Groups(groups) : Letters(found.Items!));
            if (found.NextPageToken is not null && !parsed.GetValue(json))
                AnsiConsole.MarkupLine("[grey]There are more; narrow them down, or use --group.[/]");
            return 0;
        }));
        return command;
    }

    /// <summary>Those that the API has for a list, by their names there.</summary>
    private static Option<string?>[] Filters() =>
    [
        new("--type") { Description = "Job type, such as thumbnail." },
        new("--error") { Description = "Error code or class." },
        new("--collection") { Description = "The caller's collection." },
        new("--fingerprint") { Description = "One cause." },
        new("--since") { Description = "Failed at or after this time." },
        new("--until") { Description = "Failed before this time." },
        new("--q") { Description = "Part of the error or of the file's name, or an id." },
    ];

    private static Table Letters(IReadOnlyList<FailedJob> letters)
    {
        var table = New("id", "failed", "type", "status", "file", "code", "cause");
        foreach (var letter in letters)
        {
            table.AddRow(
                $"{letter.Id}", Cell.Of(letter.CreatedAt), letter.Type, Colored(letter.Status), Markup.Escape(letter.Name ?? ""),
                Markup.Escape(letter.Code), Markup.Escape(Cell.Short(letter.Cause)));
        }

        return table;
    }

    private static Table Groups(IReadOnlyList<FailedJobGroup> groups)
    {
        var table = New("fingerprint", "status", "open", "replaying", "resolved", "first seen", "last seen", "type", "code", "for example");
        foreach (var group in groups)
        {
            table.AddRow(
                group.Fingerprint, Colored(group.Status), $"{group.Open}", $"{group.Replaying}", $"{group.Resolved}", Cell.Of(group.FirstSeen),
                Cell.Of(group.LastSeen), group.Sample.Type, Markup.Escape(group.Sample.Code), Markup.Escape(Cell.Short(group.Sample.Cause)));
        }

        return table;
    }

    private static void Show(FailedJob letter, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(letter, Json));
            return;
        }

        var rows = New("", "");
        rows.ShowHeaders = false;
        foreach (var (name, value) in ((string, string?)[])
        [
            ("job", $"{letter.JobId}"), ("type", letter.Type), ("status", letter.Status), ("file", letter.Name), ("collection", letter.Collection),
            ("failed", Cell.Of(letter.CreatedAt)), ("attempts", $"{letter.Attempts} of {letter.MaxAttempts}"), ("code", letter.Code),
            ("cause", letter.Cause), ("remedy", letter.Remedy), ("fingerprint", letter.Fingerprint), ("error class", letter.Operator?.ErrorClass),
            ("queue", letter.Operator?.ErrorQueue), ("input", letter.Operator?.Input.GetRawText()), ("tool", letter.Operator?.ToolOutput),
            ("stack", letter.Operator?.Stack),
        ])
        {
            if (value is not null)
                rows.AddRow($"[grey]{name}[/]", Markup.Escape(value));
        }

        AnsiConsole.Write(rows);
    }

    private static Table New(params string[] columns) =>
        new Table().Border(TableBorder.None).AddColumns([.. columns.Select(column => $"[grey]{column}[/]")]);

    private static string Colored(string status) => status switch
    {
        "open" => "[red]open[/]",
        "resolved" => "[green]resolved[/]",
        _ => $"[yellow]{status}[/]",
    };
}
