using MangaMotion.RecordStore.Tables;

namespace MangaMotion.Records.Loading;

/// <summary>Statements that write the tables of records. No table of the schema <c>records</c> has triggers.</summary>
internal static class LoadSql
{
    /// <summary>Deletes loads of earlier attempts that failed between the commit of their rows and the commit of their result.</summary>
    public const string DeleteEarlierLoads =
        "delete from records.loads where job_id = @job and claim_token <> @token returning id, table_id";

    public const string InsertLoad =
        """
        insert into records.loads (job_id, claim_token, owner_id, collection, ingest_id, table_id)
        values (@job, @token, @owner, @collection, @ingest, @table) returning id
        """;

    /// <summary>
    /// Locks the claimed job until the commit. An attempt that claims the job later therefore finds this load and removes it.
    /// </summary>
    public const string LockClaim =
        """
        select exists (
          select from (select id from jobs where id = @job and claim_token = @token and status = 'PROCESSING' for share) claim)
        """;

    /// <summary>Makes the load visible once the job's result is committed.</summary>
    public const string SetRecordCount = "update records.loads set records = @records where id = @load";

    /// <summary>Deletes loads of failed, canceled and deleted jobs. Loads that a worker has locked are skipped.</summary>
    public const string DeleteOrphanedLoads =
        """
        delete from records.loads where id in (
          select l.id from records.loads l left join jobs j on j.id = l.job_id
          where j.id is null or j.status in ('FAILED', 'CANCELED')
          order by l.id limit 10 for update of l skip locked)
        returning id, table_id
        """;

    /// <summary>Allows one change of a collection's tables at a time, so that two payloads of the same new shape share one table.</summary>
    public const string LockCollection = "select pg_advisory_xact_lock(hashtextextended(@collection_key, 0))";

    /// <summary>
    /// Limits the wait for a table lock. Adding a column waits for running loads and reads, and later ones queue behind it. It must give up
    /// soon and let them pass.
    /// </summary>
    public const string SetLockTimeout = "set local lock_timeout = '300ms'";

    public const string InsertTable =
        "insert into records.tables (owner_id, collection, storage) values (@owner, @collection, @storage) returning id";

    public const string InsertColumns =
        """
        insert into records.columns (table_id, ordinal, field, column_name, type)
        select @table, ordinal, field, column_name, type
        from unnest(@ordinals, @fields, @names, @types) as c (ordinal, field, column_name, type)
        """;

    public static string DeleteRows(long table) => $"delete from records.t{table} where load = @load";

    /// <summary>
    /// Writes the DDL of a table. Its names and types come from this service; a caller's text is only in <c>records.columns</c>.
    /// </summary>
    public static string CreateTable(RecordTable table, IEnumerable<RecordColumn> columns)
    {
        var content = table.Storage == RecordStorage.Jsonb
            ? "record jsonb not null"
            : string.Join(", ", ["nulls smallint[]", .. columns.Select(column => $"{column.Name} {column.Type}")]);
        return $"create table {table.Name} (load bigint not null, n bigint not null, {content}, primary key (load, n))";
    }

    public static string AddColumns(RecordTable table, IEnumerable<RecordColumn> columns) =>
        $"alter table {table.Name} {string.Join(", ", columns.Select(column => $"add column {column.Name} {column.Type}"))}";

    public static string CopyRows(RecordTable table)
    {
        var columns = table.Storage == RecordStorage.Jsonb ? "record"
            : string.Join(", ", ["nulls", .. table.Columns.Select(column => column.Name)]);
        return $"copy {table.Name} (load, n, {columns}) from stdin (format binary)";
    }
}
