using System.Data;
using MangaMotion.Api;
using MangaMotion.Ingest.Api;
using Npgsql;

namespace MangaMotion.Ingest.Reading.Collections;

/// <summary>Lists the collections of an owner by name. The cost grows with the collections of the page and their ingests.</summary>
internal sealed class CollectionListQuery(NpgsqlDataSource database)
{
    private const string ListName = "collections";

    // One step down the index for each collection: a distinct would read every ingest of the owner.
    private const string ListSql =
        """
        with recursive name as (
          (select collection from ingests where owner_id = @owner and collection > @after order by collection limit 1)
          union all
          select (select i.collection from ingests i where i.owner_id = @owner and i.collection > name.collection
            order by i.collection limit 1)
          from name where name.collection is not null)
        select name.collection, c.ingests, c.created_at, c.last_ingest_at
        from (select collection from name where collection is not null limit @limit) name
        cross join lateral (
          select count(*) as ingests, min(created_at) as created_at, max(created_at) as last_ingest_at
          from ingests where owner_id = @owner and collection = name.collection) c
        """;

    public async Task<CollectionList> ListAsync(Guid owner, string? pageToken, int pageSize, CancellationToken cancellationToken)
    {
        ListQuery.Check(pageSize, search: null);
        await using var command = database.CreateCommand(ListSql);
        command.Parameters.AddAll(
            new("owner", owner), new("after", PageToken.ReadText(ListName, pageToken) ?? ""), new("limit", pageSize + 1));
        var collections = new List<CollectionSummary>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            collections.Add(new(
                row.GetString("collection"), row.GetInt64("ingests"), row.GetFieldValue<DateTimeOffset>("created_at"),
                row.GetFieldValue<DateTimeOffset>("last_ingest_at")));
        }

        var next = ListQuery.Cut(collections, pageSize, collection => PageToken.Write(ListName, collection.Collection));
        return new(collections) { NextPageToken = next };
    }
}
