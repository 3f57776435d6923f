using System.CommandLine;
using MangaMotion.Api;
using Spectre.Console;

namespace MangaMotion.Cli.Operating;

/// <summary><c>failed</c>: lists dead letters or their groups, or shows one.</summary>
internal static class FailedCommand
{
    /// <summary>Value of <c>--status</c> for dead letters of every status.</summary>
    private const string AnyStatus = "all";

    public static Command Create()
    {
        var id = Arguments.CreateId(
            "Dead letter to show with its stack, input and tool output.", $"{CommandLine.Program} failed lists the ids", required: false);
        var group = new Option<bool>("--group") { Description = "Group dead letters with the same cause." };
        string[] statuses =
        [
            DeadLetterStatuses.Open, DeadLetterStatuses.Replaying, DeadLetterStatuses.Resolved, DeadLetterStatuses.FailedAgain, AnyStatus,
        ];
        var status = new Option<string>("--status")
        {
            Description = $"{string.Join(", ", statuses)}.",
            DefaultValueFactory = _ => DeadLetterStatuses.Open,
        }.Only(statuses);
        var since = Arguments.CreateTimeOption("--since", "Only dead letters since this time, such as 2026-11-29 or 2026-11-29T18:00:00Z.");
        var until = Arguments.CreateTimeOption("--until", "Only dead letters before this time.");
        var filters = CreateFilters();
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("failed", "List dead letters, newest first, or groups with the same cause.")
        {
            id, group, status, since, until, json,
        };
        foreach (var filter in filters)
            command.Add(filter);
        command.SetAction((parsed, cancellationToken) => ApiConnection.UseAsync(
            async client =>
            {
                if (parsed.GetValue(id) is { } one)
                {
                    Show(await client.GetFailedJobAsync(one, cancellationToken), parsed.GetValue(json));
                    return 0;
                }

                var query = WriteQuery(
                [
                    .. filters.Select(filter => (filter.Name.TrimStart('-'), parsed.GetValue(filter))),
                    ("since", parsed.GetValue(since)?.UtcDateTime.ToString("O")),
                    ("until", parsed.GetValue(until)?.UtcDateTime.ToString("O")),
                    ("status", parsed.GetValue(status) is AnyStatus ? null : parsed.GetValue(status)),
                ]);
                var found = parsed.GetValue(group)
                    ? await client.GetFailedJobGroupsAsync(query, cancellationToken)
                    : await client.GetFailedJobsAsync(query, cancellationToken);
                Show(found, parsed.GetValue(json));
                return 0;
            },
            cancellationToken));
        return command;
    }

    /// <summary>Creates the options that the API has under the same name.</summary>
    private static Option<string?>[] CreateFilters() =>
    [
        new("--type") { Description = "Only this job type, such as thumbnail." },
        new("--error") { Description = "Only this error code or class." },
        new("--collection") { Description = "Only this collection." },
        new("--fingerprint") { Description = "Only this cause, as --group lists it." },
        new("--q") { Description = "Only with this text in the error or the file's name, or with this id." },
    ];

    private static string WriteQuery(IEnumerable<(string Name, string? Value)> parameters) => string.Join(
        '&',
        parameters.Where(parameter => parameter.Value is not null)
            .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}"));

    private static void Show(FailedJobs found, bool json)
    {
        if (json)
        {
            OutputJson.Write(found);
            return;
        }

        if (found is { Items: null or [], Groups: null or [] })
            AnsiConsole.MarkupLine("[green]No dead letters.[/]");
        else
            (found.Groups is { } groups ? CreateTable(groups) : CreateTable(found.Items!)).Write();
        if (found.NextPageToken is not null)
            AnsiConsole.MarkupLine("[grey]More dead letters match; add a filter or --group.[/]");
    }

    private static void Show(FailedJob deadLetter, bool json)
    {
        if (json)
        {
            OutputJson.Write(deadLetter);
            return;
        }

        var table = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var (name, value) in DescribeFields(deadLetter))
        {
            if (value is not null)
                table.AddRow($"[grey]{name}[/]", Markup.Escape(value));
        }

        AnsiConsole.Write(table);
    }

    private static (string Name, string? Value)[] DescribeFields(FailedJob deadLetter) =>
    [
        ("job", $"{deadLetter.JobId}"),
        ("type", deadLetter.Type),
        ("status", deadLetter.Status),
        ("file", deadLetter.Name),
        ("collection", deadLetter.Collection),
        ("failed", Cell.Format(deadLetter.CreatedAt)),
        ("attempts", $"{deadLetter.Attempts} of {deadLetter.MaxAttempts}"),
        ("code", deadLetter.Code),
        ("cause", deadLetter.Cause),
        ("remedy", deadLetter.Remedy),
        ("fingerprint", deadLetter.Fingerprint),
        ("error class", deadLetter.Operator?.ErrorClass),
        ("queue", deadLetter.Operator?.ErrorQueue),
        ("input", deadLetter.Operator?.Input.GetRawText()),
        ("tool", deadLetter.Operator?.ToolOutput),
        ("stack", deadLetter.Operator?.Stack),
    ];

    private static ListTable CreateTable(IReadOnlyList<FailedJob> deadLetters)
    {
        var table = new ListTable("id", "failed", "type", "status", "file", "code", "cause");
        foreach (var deadLetter in deadLetters)
        {
            table.Add(
                $"{deadLetter.Id}", Cell.Format(deadLetter.CreatedAt), deadLetter.Type, Color(deadLetter.Status),
                Markup.Escape(deadLetter.Name ?? ""), Markup.Escape(deadLetter.Code), Markup.Escape(Cell.Truncate(deadLetter.Cause)));
        }

        return table;
    }

    private static ListTable CreateTable(IReadOnlyList<FailedJobGroup> groups)
    {
        var table = new ListTable(
            "fingerprint", "status", "open", "replaying", "resolved", "first seen", "last seen", "type", "code", "cause", "operator");
        foreach (var group in groups)
        {
            var operatorCause = group.OperatorCause == group.Sample.Cause ? null : group.OperatorCause;
            table.Add(
                group.Fingerprint, Color(group.Status), $"{group.Open}", $"{group.Replaying}", $"{group.Resolved}",
                Cell.Format(group.FirstSeen), Cell.Format(group.LastSeen), group.Sample.Type, Markup.Escape(group.Sample.Code),
                Markup.Escape(Cell.Truncate(group.Sample.Cause)), Markup.Escape(Cell.Truncate(operatorCause ?? "")));
        }

        return table;
    }

    private static string Color(string status) => status switch
    {
        DeadLetterStatuses.Open => $"[red]{status}[/]",
        DeadLetterStatuses.Resolved => $"[green]{status}[/]",
        _ => $"[yellow]{status}[/]",
    };
}
