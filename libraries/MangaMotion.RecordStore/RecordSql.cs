namespace MangaMotion.RecordStore;

/// <summary>Statements that read the tables of records. Writes are in the records service (<c>LoadSql</c>).</summary>
internal static class RecordSql
{
    public const string InCollection = "t.owner_id = @owner and t.collection is not distinct from @collection";

    public const string WithIds = "t.id = any(@ids)";

    /// <summary>Writes the query of tables with their columns, oldest table first.</summary>
    public static string FindTables(string condition) =>
        $"""
        select t.id, t.storage, c.ordinal, c.field, c.column_name, c.type
        from records.tables t left join records.columns c on c.table_id = t.id
        where {condition}
        order by t.id, c.ordinal
        """;

    /// <summary>Writes the query of the loads of finished jobs, from a load on.</summary>
    public static string FindLoads(bool byCollection, bool byIngest, bool byJob) =>
        $"""
        select l.id, l.table_id, l.records
        from records.loads l join jobs j on j.id = l.job_id and j.claim_token = l.claim_token and j.status = 'DONE'
        where l.owner_id = @owner and l.id >= @from and l.records > 0
          {(byCollection ? "and l.collection = @collection" : "")}
          {(byIngest ? "and l.ingest_id = @ingest" : "")}
          {(byJob ? "and l.job_id = @job" : "")}
        order by l.id limit @limit
        """;

    /// <summary>Writes the query of a table's records in the order of their loads and numbers, after a position.</summary>
    /// <param name="singleLoad">Whether one load is read. It is then read in index order; several small loads are sorted.</param>
    public static string ReadRecords(string table, string columns, bool singleLoad, string condition) =>
        $"""
        select {columns} from {table}
        where {(singleLoad ? "load = @load" : "load = any(@loads)")} and (load, n) > (@after_load, @after_number){condition}
        order by load, n limit @limit
        """;
}
