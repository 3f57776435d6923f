using System.CommandLine;
using MangaMotion.Api;
using MangaMotion.Cli.Operating;

namespace MangaMotion.Cli.Videos;

/// <summary><c>cast</c>: prints or replaces the cast of a collection.</summary>
internal static class CastCommand
{
    public static Command Create()
    {
        var collection = new Argument<string>("COLLECTION") { Description = "Collection of the videos." };
        var file = new Option<string?>("--from")
        {
            Description = "JSON file with the new cast, in the form that this command prints. Default: print the cast.",
        }.Check(File.Exists, "an existing file");
        var command = new Command("cast", "Print or replace the cast of a collection: voices of speakers, and how names are said.")
        {
            collection, file,
        };
        command.SetAction((parsed, cancellationToken) => ApiConnection.UseAsync(
            async client =>
            {
                var name = parsed.GetValue(collection)!;
                OutputJson.Write<CollectionCast>(parsed.GetValue(file) is { } path
                    ? await client.SetCollectionCastAsync(name, await File.ReadAllBytesAsync(path, cancellationToken), cancellationToken)
                    : await client.GetCollectionCastAsync(name, cancellationToken));
                return 0;
            },
            cancellationToken));
        return command;
    }
}
