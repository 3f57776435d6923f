using System.Text.Json;
using System.Text.Json.Nodes;
using MangaMotion.Api;
using MangaMotion.Media.Images;
using Npgsql;

namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>Variants of collections, and the parameters of jobs with the variants that apply.</summary>
public sealed class VariantSets(NpgsqlDataSource database)
{
    private const string Find = "select variants::text from collection_variants where owner_id = @owner and collection = @collection";

    private const string FindOfIngest =
        """
        select variants::text from collection_variants join ingests using (owner_id, collection)
        where ingests.owner_id = @owner and ingests.id = @ingest
        """;

    private const string Set =
        """
        insert into collection_variants (owner_id, collection, variants) values (@owner, @collection, @variants::jsonb)
        on conflict (owner_id, collection) do update set variants = excluded.variants
        """;

    /// <summary>Reads the variants of a collection; null if it has no set.</summary>
    public async Task<VariantSet?> FindAsync(Guid owner, string collection, CancellationToken cancellationToken) =>
        await FindTextAsync(owner, collection, cancellationToken) is { } json
            ? new(JsonSerializer.Deserialize<Variant[]>(json, ApiJson.Options)!)
            : null;

    /// <summary>Replaces the variants of a collection, which need not exist yet.</summary>
    /// <exception cref="ServiceDefaults.Problems.ProblemException">400: the message names the entry and the allowed values.</exception>
    public async Task SetAsync(Guid owner, string collection, VariantSet set, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.Serialize(set.Variants, ApiJson.Options);
        IngestRequest.ParseVariants(json);
        await using var command = CreateCommand(Set, owner, collection);
        command.Parameters.Add(new NpgsqlParameter<string>("variants", json));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Parameters of the jobs of an ingest: its own, with its variants or those of its collection.</summary>
    public async Task<string> WriteParamsAsync(IngestRequest fields, Guid owner, CancellationToken cancellationToken)
    {
        if (await ResolveAsync(fields, owner, source: null, cancellationToken) is not { } variants)
            return fields.Params;
        var parameters = JsonNode.Parse(fields.Params)!.AsObject();
        parameters[ChosenVariants.Member] = JsonNode.Parse(variants);
        return parameters.ToJsonString();
    }

    /// <summary>Variants of a request as a JSON array: its own, or those of its collection; null if there are none.</summary>
    /// <param name="source">Existing ingest of the owner whose collection counts if the request names none.</param>
    public async Task<string?> ResolveAsync(IngestRequest fields, Guid owner, Guid? source, CancellationToken cancellationToken)
    {
        if (fields.Variants is not null)
            return fields.Variants;
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
