using System.CommandLine;
using MangaMotion.Api;
using Spectre.Console;

namespace MangaMotion.Cli.Operating;

/// <summary><c>keys</c>: creates, lists and revokes API keys.</summary>
internal static class KeysCommand
{
    public static Command Create() =>
        new("keys", "Create, list and revoke API keys.") { CreateCreateCommand(), CreateListCommand(), CreateRevokeCommand() };

    private static Command CreateCreateCommand()
    {
        var name = new Argument<string>("NAME") { Description = "Name of the key, for example its user." };
        var scopes = new Option<string>("--scopes")
        {
            Description = $"Scopes of the key, separated by commas: {string.Join(", ", Scopes.All)}.",
            DefaultValueFactory = _ => $"{Scopes.Submit},{Scopes.Read}",
        }.Check(
            text => SplitScopes(text) is { Length: > 0 } some && !some.Except(Scopes.All).Any(),
            $"a list of scopes; use {string.Join(", ", Scopes.All)}, separated by commas");
        var owner = Arguments.CreateIdOption(
            "--owner", "Id of the owner; default: the owner of the calling key.", "./mangamotion keys list lists the owners");
        var newOwner = new Option<bool>("--new-owner") { Description = "Create an owner, who sees nothing of the other owners." };
        var command = new Command("create", "Create a key. Standard output has the key only; it cannot be shown again.")
        {
            name, scopes, owner, newOwner,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(owner) is not null && result.GetResult(newOwner) is not null)
                result.AddError("--owner and --new-owner exclude each other.");
        });
        command.SetAction((parsed, cancellationToken) => ApiConnection.UseAsync(
            async client =>
            {
                var request = new CreateApiKey(
                    parsed.GetValue(name)!,
                    SplitScopes(parsed.GetValue(scopes)!),
                    parsed.GetValue(newOwner) ? Guid.NewGuid() : parsed.GetValue(owner));
                var created = await client.CreateApiKeyAsync(request, cancellationToken);
                await Console.Error.WriteLineAsync(
                    $"Created key {created.Info.Id} of owner {created.Info.OwnerId} with {string.Join(", ", created.Info.Scopes)}. "
                    + "It is not shown again:");
                Console.WriteLine(created.Key);
                return 0;
            },
            cancellationToken));
        return command;
    }

    private static Command CreateListCommand()
    {
        var all = new Option<bool>("--all") { Description = "Include revoked keys." };
        var command = new Command("list", "List the keys with their scopes and last use.") { all };
        command.SetAction((parsed, cancellationToken) => ApiConnection.UseAsync(
            async client =>
            {
                var table = new Table().Border(TableBorder.None)
                    .AddColumns("[grey]id[/]", "[grey]name[/]", "[grey]scopes[/]", "[grey]owner[/]")
                    .AddColumns("[grey]created[/]", "[grey]last used[/]");
                var keys = await client.GetApiKeysAsync(cancellationToken);
                foreach (var key in keys.Where(key => parsed.GetValue(all) || key.RevokedAt is null))
                {
                    table.AddRow(
                        $"{key.Id}", Markup.Escape(key.Name), string.Join(',', key.Scopes), $"{key.OwnerId}",
                        Cell.Format(key.CreatedAt), DescribeUse(key));
                }

                AnsiConsole.Write(table);
                return 0;
            },
            cancellationToken));
        return command;
    }

    private static Command CreateRevokeCommand()
    {
        var id = Arguments.CreateId("Key to revoke.", "./mangamotion keys list lists the ids", required: true);
        var command = new Command("revoke", "Revoke a key. Every instance rejects it within seconds.") { id };
        command.SetAction((parsed, cancellationToken) => ApiConnection.UseAsync(
            async client =>
            {
                await client.RevokeApiKeyAsync(parsed.GetValue(id)!.Value, cancellationToken);
                AnsiConsole.MarkupLineInterpolated($"Revoked key {parsed.GetValue(id)}.");
                return 0;
            },
            cancellationToken));
        return command;
    }

    private static string[] SplitScopes(string text) =>
        text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string DescribeUse(ApiKeyInfo key) =>
        key.RevokedAt is { } revoked ? $"[red]revoked {Cell.Format(revoked)}[/]"
        : key.LastUsedAt is { } used ? Cell.Format(used)
        : "never";
}
