using System.Text.Json;
using MangaMotion.RecordStore.Tables;
using Npgsql;

namespace MangaMotion.RecordStore.Reading;

/// <summary>
/// Reads records back, whichever way they were stored: in the order of their loads and of their numbers in the payload.
/// Only what a finished job stored is seen.
/// </summary>
public sealed class RecordQuery(NpgsqlDataSource database)
{
    private const int LoadsAtATime = 500;

    /// <summary>Small loads that follow each other are read by one statement, up to so many records.</summary>
    private const int RecordsOfSmallLoads = 2_000;

    private const int FlushAtBytes = 64 << 10;

    private const string Loads =
        """
        select l.id, l.table_id, l.records
        from records.loads l join jobs j on j.id = l.job_id and j.claim_token = l.claim_token and j.status = 'DONE'
        where l.owner_id = $1 and l.id >= $2 and l.records > 0
        """;

    /// <summary>Writes one page of records as values of an array that the caller has opened.</summary>
    /// <param name="after">The place after which the page begins.</param>
    /// <returns>The place after which the next page begins; null where there is none.</returns>
    public async Task<RecordPosition?> WriteAsync(
        RecordScope scope, IReadOnlyList<RecordFilter> filters, RecordPosition after, int pageSize, Utf8JsonWriter json, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var page = new Page(after, pageSize);
        while (true)
        {
            var loads = await FindLoadsAsync(connection, scope, page.Beyond, cancellationToken);
            var tables = (await RecordTables.FindAsync(connection, [.. loads.Select(load => load.Table).Distinct()], cancellationToken)).ToDictionary(table => table.Id);
            foreach (var group in Group(loads))
            {
                if (!await WriteGroupAsync(connection, tables[group[0].Table], group, filters, page, json, cancellationToken))
                    return page.Position;
            }

            if (loads.Count < LoadsAtATime)
                return null;
            page.Beyond = new(loads[^1].Id, long.MaxValue);
        }
    }

    private static async Task<List<Load>> FindLoadsAsync(
        NpgsqlConnection connection, RecordScope scope, RecordPosition from, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Loads, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = scope.OwnerId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = from.Number == long.MaxValue ? from.Load + 1 : from.Load });
        Narrow("collection", scope.Collection);
        Narrow("ingest_id", scope.IngestId);
        Narrow("job_id", scope.JobId);
        command.CommandText += $" order by l.id limit {LoadsAtATime}";

        var loads = new List<Load>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            loads.Add(new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)));
        return loads;

        void Narrow(string column, object? value)
        {
            if (value is null)
                return;
            command.Parameters.Add(new() { Value = value });
            command.CommandText += $" and l.{column} = ${command.Parameters.Count}";
        }
    }

    /// <summary>Loads that follow each other in one table, as many as are few records; a large one stands alone.</summary>
    private static IEnumerable<List<Load>> Group(List<Load> loads)
    {
        var group = new List<Load>();
        var records = 0L;
        foreach (var load in loads)
        {
            if (group.Count > 0 && (group[0].Table != load.Table || records + load.Records > RecordsOfSmallLoads))
            {
                yield return group;
                (group, records) = ([], 0);
            }

            group.Add(load);
            records += load.Records;
        }

        if (group.Count > 0)
            yield return group;
    }

    /// <returns>False when the page is full and a further record is there.</returns>
    private static async Task<bool> WriteGroupAsync(
        NpgsqlConnection connection, RecordTable table, List<Load> loads, IReadOnlyList<RecordFilter> filters, Page page, Utf8JsonWriter json, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        // A load that stands alone is read in the order of the index, as far as the page needs; sorted is only what is small.
        command.Parameters.Add(loads.Count == 1
            ? new NpgsqlParameter<long> { TypedValue = loads[0].Id }
            : new NpgsqlParameter<long[]> { TypedValue = loads.Select(load => load.Id).ToArray() });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = page.Beyond.Load });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = page.Beyond.Number });
        if (new FilterSql(table, command.Parameters).Condition(filters) is not { } condition)
            return true;
        var which = loads.Count == 1 ? "load = $1" : "load = any($1)";
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = page.Left + 1 });
        command.CommandText =
            $"select {RecordRow.Columns(table)} from {table.Name} where {which} and (load, n) > ($2, $3){condition} order by load, n limit ${command.Parameters.Count}";

        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            if (page.Left == 0)
                return false;
            RecordRow.Write(row, table, json);
            page.Took(new(row.GetInt64(0), row.GetInt64(1)));
            if (json.BytesPending > FlushAtBytes)
                await json.FlushAsync(cancellationToken);
        }

        return true;
    }

    private readonly record struct Load(long Id, long Table, long Records);

    private sealed class Page(RecordPosition after, int size)
    {
        /// <summary>Of the last record taken.</summary>
        public RecordPosition Position { get; private set; } = after;

        /// <summary>Where reading goes on; beyond <see cref="Position"/> when loads without a match were passed.</summary>
        public RecordPosition Beyond { get; set; } = after;

        public int Left { get; private set; } = size;

        public void Took(RecordPosition position)
        {
            Position = Beyond = position;
            Left--;
        }
    }
}
