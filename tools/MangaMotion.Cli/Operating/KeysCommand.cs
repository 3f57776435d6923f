using System.CommandLine;
using MangaMotion.Api;
using Spectre.Console;

namespace MangaMotion.Cli.Operating;

/// <summary><c>keys</c>: creates, lists, rotates and revokes API keys.</summary>
internal static class KeysCommand
{
    public static Command Create() =>
        new("keys", "Create, list, rotate and revoke API keys.")
        {
            CreateCreateCommand(), CreateListCommand(), CreateRotateCommand(), CreateRevokeCommand(),
        };

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
            "--owner", "Id of the owner; default: the owner of the calling key.", $"{CommandLine.Program} keys list lists the owners");
        var expires = CreateExpiry();
        var newOwner = new Option<bool>("--new-owner") { Description = "Create an owner, who sees nothing of the other owners." };
        var command = new Command("create", "Create a key. Standard output has the key only; it cannot be shown again.")
        {
            name, scopes, owner, newOwner, expires,
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
                    parsed.GetValue(newOwner) ? Guid.NewGuid() : parsed.GetValue(owner),
                    parsed.GetValue(expires)?.ToUniversalTime());
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
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("list", "List the keys with their scopes and last use.") { all, json };
        command.SetAction((parsed, cancellationToken) => ApiConnection.UseAsync(
            async client =>
            {
                var listed = await client.GetApiKeysAsync(cancellationToken);
                var keys = listed.Where(key => parsed.GetValue(all) || key.RevokedAt is null).ToList();
                if (parsed.GetValue(json))
                {
                    OutputJson.Write(new ApiKeys(keys));
                    return 0;
                }

                var table = new ListTable("id", "name", "scopes", "owner", "created", "last used", "expires");
                foreach (var key in keys)
                {
                    table.Add(
                        $"{key.Id}", Markup.Escape(key.Name), string.Join(',', key.Scopes), $"{key.OwnerId}",
                        Cell.Format(key.CreatedAt), DescribeUse(key), key.ExpiresAt is { } end ? Cell.Format(end) : "");
                }

                table.Write();
                return 0;
            },
            cancellationToken));
        return command;
    }

    private static Command CreateRotateCommand()
    {
        var id = Arguments.CreateId("Key to rotate.", $"{CommandLine.Program} keys list lists the ids", required: true);
        var expires = CreateExpiry();
        var command = new Command(
            "rotate", "Replace the secret of a key. Standard output has the new key only; the old one is rejected within seconds.")
        {
            id, expires,
        };
        command.SetAction((parsed, cancellationToken) => ApiConnection.UseAsync(
            async client =>
            {
                var rotated = await client.RotateApiKeyAsync(
                    parsed.GetValue(id)!.Value, new(parsed.GetValue(expires)?.ToUniversalTime()), cancellationToken);
                if (rotated.Info.IsFirst)
                    ApiConnection.ReplaceStackKey(rotated.Key);
                await Console.Error.WriteLineAsync($"Rotated key {rotated.Info.Id}. It is not shown again:");
                Console.WriteLine(rotated.Key);
                return 0;
            },
            cancellationToken));
        return command;
    }

    private static Command CreateRevokeCommand()
    {
        var id = Arguments.CreateId("Key to revoke.", $"{CommandLine.Program} keys list lists the ids", required: true);
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

    private static Option<DateTimeOffset?> CreateExpiry() =>
        Arguments.CreateTimeOption("--expires", "Time from which the key is rejected, such as 2027-01-31. Default: never.");

    private static string[] SplitScopes(string text) =>
        text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string DescribeUse(ApiKeyInfo key) =>
        key.RevokedAt is { } revoked ? $"[red]revoked {Cell.Format(revoked)}[/]"
        : key.LastUsedAt is { } used ? Cell.Format(used)
        : "never";
}
