using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Comics.Script;
using MangaMotion.Ingest.Accepting.Ingests;
using MangaMotion.ServiceDefaults.Problems;
using Npgsql;

namespace MangaMotion.Ingest.Accepting.Videos;

/// <summary>Casts of collections, which the videos of the collection take when they are accepted.</summary>
public sealed class CollectionCasts(NpgsqlDataSource database, VideoVoices voices)
{
    private const string Find = "select cast_json::text from collection_casts where owner_id = @owner and collection = @collection";

    private const string FindOfIngest =
        """
        select cast_json::text from collection_casts join ingests using (owner_id, collection)
        where ingests.owner_id = @owner and ingests.id = @ingest
        """;

    private const string Set =
        """
        insert into collection_casts (owner_id, collection, cast_json) values (@owner, @collection, @cast::jsonb)
        on conflict (owner_id, collection) do update set cast_json = excluded.cast_json
        """;

    /// <summary>Reads the cast of a collection; null if it has none.</summary>
    public async Task<CollectionCast?> FindAsync(Guid owner, string collection, CancellationToken cancellationToken) =>
        await FindTextAsync(owner, collection, cancellationToken) is { } json
            ? JsonSerializer.Deserialize<CollectionCast>(json, ApiJson.Options)
            : null;

    /// <summary>Replaces the cast of a collection, which need not exist yet.</summary>
    /// <exception cref="ProblemException">400: the message names the entry and the allowed values.</exception>
    public async Task SetAsync(Guid owner, string collection, CollectionCast cast, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.Serialize(cast, ApiJson.Options);
        var script = ScriptJson.ReadCast(json);
        if (CastRules.Check(script).Concat(voices.CheckCast(script)).FirstOrDefault() is { } error)
            throw new ProblemException(400, "invalid_cast", $"The cast is not valid. {error}");
        await using var command = CreateCommand(Set, owner, collection);
        command.Parameters.Add(new NpgsqlParameter<string>("cast", json));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Finds the cast of a video as JSON: that of the collection that the request names, else of its ingest.</summary>
    /// <param name="source">Existing ingest of the owner that is the chapter; null if the chapter comes with the request.</param>
    public async Task<string?> ResolveAsync(IngestRequest fields, Guid owner, Guid? source, CancellationToken cancellationToken)
    {
        if (fields.Collection is { } collection)
            return await FindTextAsync(owner, collection, cancellationToken);
        if (source is not { } ingest)
            return null;
        await using var command = database.CreateCommand(FindOfIngest);
        command.Parameters.Add(new NpgsqlParameter<Guid>("owner", owner));
        command.Parameters.Add(new NpgsqlParameter<Guid>("ingest", ingest));
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private async Task<string?> FindTextAsync(Guid owner, string collection, CancellationToken cancellationToken)
    {
        await using var command = CreateCommand(Find, owner, collection);
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private NpgsqlCommand CreateCommand(string sql, Guid owner, string collection)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid>("owner", owner));
        command.Parameters.Add(new NpgsqlParameter<string>("collection", collection));
        return command;
    }
}
