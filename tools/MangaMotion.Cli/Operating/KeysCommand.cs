using System.CommandLine;
using MangaMotion.Client;
using Spectre.Console;

namespace MangaMotion.Cli.Operating;

/// <summary><c>keys</c>: make, list and revoke API keys.</summary>
internal static class KeysCommand
{
    public static Command Create() => new("keys", "API keys: make, list and revoke them.") { CreateKey(), List(), Revoke() };

    private static Command CreateKey()
    {
        var name = new Argument<string>("NAME") { Description = "Who or what it is for." };
        var scopes = new Option<string>("--scopes") { Description = "What it may do: submit, read, operate, separated by commas.", DefaultValueFactory = _ => "submit,read" };
        var owner = new Option<Guid?>("--owner") { Description = "Whose things it opens; else those of the key that asks." };
        var newOwner = new Option<bool>("--new-owner") { Description = "For a new owner, who sees nothing of the others." };
        var command = new Command("create", "Make a key. It is printed this once, alone on standard output.") { name, scopes, owner, newOwner };
        command.SetAction((parsed, cancellationToken) => Api.UseAsync(async client =>
        {
            if (parsed.GetValue(newOwner) && parsed.GetValue(owner) is not null)
                throw new CommandException("--owner and --new-owner exclude each other.");
            var request = new CreateApiKey(
                parsed.GetValue(name)!,
                parsed.GetValue(scopes)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                parsed.GetValue(newOwner) ? Guid.NewGuid() : parsed.GetValue(owner));
            var created = await client.CreateApiKeyAsync(request, cancellationToken);
            await Console.Error.WriteLineAsync($"Key {created.Info.Id} of owner {created.Info.OwnerId} with {string.Join(", ", created.Info.Scopes)}. It is not shown again:");
            Console.WriteLine(created.Key);
            return 0;
        }));
        return command;
    }

    private static Command List()
    {
        var all = new Option<bool>("--all") { Description = "Revoked ones too." };
        var command = new Command("list", "Keys with their scopes and when they were last used.") { all };
        command.SetAction((parsed, cancellationToken) => Api.UseAsync(async client =>
        {
            var table = new Table().Border(TableBorder.None).AddColumns("[grey]id[/]", "[grey]name[/]", "[grey]scopes[/]", "[grey]owner[/]", "[grey]created[/]", "[grey]last used[/]");
            foreach (var key in (await client.GetApiKeysAsync(cancellationToken)).Where(key => parsed.GetValue(all) || key.RevokedAt is null))
            {
                table.AddRow(
                    $"{key.Id}", Markup.Escape(key.Name), string.Join(',', key.Scopes), $"{key.OwnerId}", Cell.Of(key.CreatedAt),
                    key.RevokedAt is { } revoked ? $"[red]revoked {Cell.Of(revoked)}[/]" : key.LastUsedAt is { } used ? Cell.Of(used) : "never");
            }

            AnsiConsole.Write(table);
            return 0;
        }));
        return command;
    }

    private static Command Revoke()
    {
        var id = new Argument<Guid>("ID") { Description = "As the list shows it." };
        var command = new Command("revoke", "Revoke a key; within seconds no instance takes it any more.") { id };
        command.SetAction((parsed, cancellationToken) => Api.UseAsync(async client =>
        {
            await client.RevokeApiKeyAsync(parsed.GetValue(id), cancellationToken);
            AnsiConsole.MarkupLineInterpolated($"Key {parsed.GetValue(id)} is revoked.");
            return 0;
        }));
        return command;
    }
}
