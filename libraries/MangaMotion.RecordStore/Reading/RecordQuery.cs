using System.Text.Json;
using MangaMotion.RecordStore.Tables;
using Npgsql;

namespace MangaMotion.RecordStore.Reading;

/// <summary>
/// Reads records in the order of their loads and of their numbers in the payload, independent of their storage. Only records of finished
/// jobs are visible.
/// </summary>
public sealed class RecordQuery(NpgsqlDataSource database)
{
    private const int LoadsPerStatement = 500;

    /// <summary>Maximum number of records in adjacent small loads that one statement reads.</summary>
    private const int MaxGroupedRecords = 2_000;

    private const int FlushAtBytes = 64 << 10;

    /// <summary>Writes one page of records as values of a JSON array that the caller has opened.</summary>
    /// <param name="after">Position after which the page starts.</param>
    /// <returns>Position after which the next page starts; null on the last page.</returns>
    public async Task<RecordPosition?> WritePageAsync(
        RecordScope scope, IReadOnlyList<RecordFilter> filters, RecordPosition after, int pageSize, Utf8JsonWriter json,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var page = new Page(after, pageSize);
        while (true)
        {
            var loads = await FindLoadsAsync(connection, scope, page.ReadPosition, cancellationToken);
            var tables = await RecordTables.FindAsync(connection, loads.Select(load => load.Table).Distinct(), cancellationToken);
            var tableOf = tables.ToDictionary(table => table.Id);
            foreach (var group in GroupLoads(loads))
            {
                if (!await WriteGroupAsync(connection, tableOf[group[0].Table], group, filters, page, json, cancellationToken))
                    return page.Position;
            }

            if (loads.Count < LoadsPerStatement)
                return null;
            page.ReadPosition = new(loads[^1].Id, long.MaxValue);
        }
    }

    private static async Task<List<Load>> FindLoadsAsync(
        NpgsqlConnection connection, RecordScope scope, RecordPosition after, CancellationToken cancellationToken)
    {
        var sql = RecordSql.FindLoads(scope.Collection is not null, scope.IngestId is not null, scope.JobId is not null);
        await using var command = new NpgsqlCommand(sql, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid>("owner", scope.OwnerId),
                new NpgsqlParameter<long>("from", after.Number == long.MaxValue ? after.Load + 1 : after.Load),
                new NpgsqlParameter<int>("limit", LoadsPerStatement),
            },
        };
        if (scope.Collection is { } collection)
            command.Parameters.Add(new NpgsqlParameter<string>("collection", collection));
        if (scope.IngestId is { } ingest)
            command.Parameters.Add(new NpgsqlParameter<Guid>("ingest", ingest));
        if (scope.JobId is { } job)
            command.Parameters.Add(new NpgsqlParameter<Guid>("job", job));

        var loads = new List<Load>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            loads.Add(new(
                row.GetInt64(row.GetOrdinal("id")), row.GetInt64(row.GetOrdinal("table_id")), row.GetInt64(row.GetOrdinal("records"))));
        }

        return loads;
    }

    /// <summary>Groups adjacent small loads of one table. A large load is a group of its own.</summary>
    private static IEnumerable<List<Load>> GroupLoads(List<Load> loads)
    {
        var group = new List<Load>();
        var records = 0L;
        foreach (var load in loads)
        {
            if (group.Count > 0 && (group[0].Table != load.Table || records + load.Records > MaxGroupedRecords))
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

    /// <summary>Writes the matching records of one group.</summary>
    /// <returns>False if the page is full and another record matches.</returns>
    private static async Task<bool> WriteGroupAsync(
        NpgsqlConnection connection, RecordTable table, List<Load> loads, IReadOnlyList<RecordFilter> filters, Page page,
            Utf8JsonWriter json,
        CancellationToken cancellationToken)
    {
        NpgsqlParameter loadParameter = loads is [var only]
            ? new NpgsqlParameter<long>("load", only.Id)
            : new NpgsqlParameter<long[]>("loads", [.. loads.Select(load => load.Id)]);
        await using var command = new NpgsqlCommand
        {
            Connection = connection,
            Parameters =
            {
                loadParameter,
                new NpgsqlParameter<long>("after_load", page.ReadPosition.Load),
                new NpgsqlParameter<long>("after_number", page.ReadPosition.Number),
                new NpgsqlParameter<int>("limit", page.Left + 1),
            },
        };
        if (new FilterSql(table, command.Parameters).CreateCondition(filters) is not { } condition)
            return true;
        command.CommandText = RecordSql.ReadRecords(table.Name, RecordRow.ListColumns(table), loads.Count == 1, condition);

        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            if (page.Left == 0)
                return false;
            RecordRow.WriteRecord(row, table, json);
            page.CountRecord(new(row.GetInt64(row.GetOrdinal("load")), row.GetInt64(row.GetOrdinal("n"))));
            if (json.BytesPending > FlushAtBytes)
                await json.FlushAsync(cancellationToken);
        }

        return true;
    }

    private readonly record struct Load(long Id, long Table, long Records);

    private sealed class Page(RecordPosition after, int size)
    {
        /// <summary>Position of the last written record.</summary>
        public RecordPosition Position { get; private set; } = after;

        /// <summary>
        /// Position after which reading continues. It is after <see cref="Position"/> if loads without a match were skipped.
        /// </summary>
        public RecordPosition ReadPosition { get; set; } = after;

        /// <summary>Number of records that fit on the page.</summary>
        public int Left { get; private set; } = size;

        public void CountRecord(RecordPosition position)
        {
            Position = ReadPosition = position;
            Left--;
        }
    }
}
