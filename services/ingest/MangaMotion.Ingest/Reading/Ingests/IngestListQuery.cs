using System.Data;
using MangaMotion.Api;
using MangaMotion.Ingest.Api;
using Npgsql;

namespace MangaMotion.Ingest.Reading.Ingests;

/// <summary>Lists the ingests of owners, newest first. Ids are UUIDs of version 7, which sort by time.</summary>
internal sealed class IngestListQuery(NpgsqlDataSource database)
{
    private const string ListName = "ingests";

    // Each owner's ingests are read down the index until the page is full. The counts are sums over the rows of one ingest.
    private const string ListSql =
        """
        select found.* from unnest(@owners) as o (owner_id) cross join lateral (
          select i.id, i.owner_id, i.collection, i.lane, i.created_at, i.not_before, c.*, a.*
          from ingests i
          cross join lateral (
            select coalesce(sum(done), 0)::bigint as done, coalesce(sum(processing), 0)::bigint as processing,
              coalesce(sum(queued), 0)::bigint as queued, coalesce(sum(failed), 0)::bigint as failed,
              coalesce(sum(canceled), 0)::bigint as canceled
            from job_count_totals where ingest_id = i.id) c
          cross join lateral (
            select count(*) as assets, coalesce(sum(size), 0)::bigint as bytes, (array_agg(name order by position))[1] as name
            from assets where ingest_id = i.id) a
          where i.owner_id = o.owner_id and i.id < @before
            and (@collection is null or i.collection = @collection)
            and (@pattern is null or i.id::text = @search or i.collection ilike @pattern
              or exists (select from assets n where n.ingest_id = i.id and n.name ilike @pattern))
            and (@state is null or @state = case
              when c.queued + c.processing = 0 then 'finished'
              when c.queued = c.done + c.processing + c.queued + c.failed + c.canceled then 'accepted'
              else 'processing' end)
          order by i.id desc limit @limit) found
        order by found.id desc limit @limit
        """;

    public async Task<IngestList> ListAsync(
        Guid[] owners, string? state, string? collection, string? search, string? pageToken, int pageSize,
        CancellationToken cancellationToken)
    {
        ListQuery.Check(pageSize, search);
        await using var command = database.CreateCommand(ListSql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("owners", owners));
        command.Parameters.Add(new NpgsqlParameter<Guid>("before", PageToken.Read<Guid>(ListName, pageToken) ?? Guid.AllBitsSet));
        command.Parameters.Add(ListQuery.Text("collection", collection));
        command.Parameters.Add(ListQuery.Text("search", search?.ToLowerInvariant()));
        command.Parameters.Add(ListQuery.Text("pattern", ListQuery.WritePattern(search)));
        command.Parameters.Add(ListQuery.Text("state", state));
        command.Parameters.Add(new NpgsqlParameter<int>("limit", pageSize + 1));
        var ingests = new List<IngestSummary>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            ingests.Add(Read(row));
        var next = ListQuery.Cut(ingests, pageSize, ingest => PageToken.Write(ListName, ingest.Id));
        return new(ingests) { NextPageToken = next };
    }

    private static IngestSummary Read(NpgsqlDataReader row)
    {
        var progress = JobCounts.Read(row);
        return new(
            row.GetGuid("id"), row.GetGuid("owner_id"), row.GetText("collection"), progress.Status, row.GetString("lane"),
            progress, row.GetText("name"), row.GetInt64("assets"), row.GetInt64("bytes"),
            row.GetFieldValue<DateTimeOffset>("created_at"), row.GetFieldValue<DateTimeOffset?>("not_before"));
    }
}
