using System.Text.Json.Serialization;
using MangaMotion.Records.Analysis;
using MangaMotion.Records.Loading;
using MangaMotion.Records.Payloads;
using MangaMotion.RecordStore.Tables;

namespace MangaMotion.Records;

/// <summary>Value of <c>jobs.result</c> of a records job. Its schema is contracts/schemas/records-result.v1.json.</summary>
public sealed record RecordsResult
{
    private const int MaxFields = 200;

    /// <summary>Storage: <c>sql</c> has one column for each field, <c>jsonb</c> whole records.</summary>
    public required string Storage { get; init; }

    /// <summary>Reasons for the storage, as sentences.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>Format of the payload: <c>array</c>, or <c>objects</c> for one object or several in sequence.</summary>
    public required string Format { get; init; }

    /// <summary>Number of records.</summary>
    public required long Records { get; init; }

    /// <summary>Bytes of the payload.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes of the largest record.</summary>
    public required int LargestRecordBytes { get; init; }

    /// <summary>Qualified name of the table; omitted for a payload without records.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Table { get; init; }

    /// <summary>Whether the table was created for this payload.</summary>
    public bool TableCreated { get; init; }

    /// <summary>Bytes sent to the database.</summary>
    public long StoredBytes { get; init; }

    /// <summary>Columns of the payload's fields; empty with <c>jsonb</c>.</summary>
    public IReadOnlyList<StoredColumn> Columns { get; init; } = [];

    /// <summary>The first 200 fields of the payload.</summary>
    public required IReadOnlyList<AnalysedField> Fields { get; init; }

    /// <summary>Creates the result of a payload without records.</summary>
    internal static RecordsResult Create(PayloadSummary payload, PayloadAnalysis analysis, StorageDecision decision) => new()
    {
        Storage = decision.Storage == RecordStorage.Sql ? "sql" : "jsonb",
        Reasons = decision.Reasons,
        Format = payload.Format == PayloadFormat.Array ? "array" : "objects",
        Records = payload.Records,
        Bytes = payload.Bytes,
        LargestRecordBytes = payload.LargestRecord,
        Fields = [.. analysis.Fields.Take(MaxFields).Select(AnalysedField.Create)],
    };

    /// <summary>Creates the result of a stored payload.</summary>
    internal static RecordsResult Create(PayloadSummary payload, PayloadAnalysis analysis, PreparedTable table, long storedBytes) =>
        Create(payload, analysis, table.Decision) with
        {
            Table = table.Table.Name,
            TableCreated = table.Created,
            StoredBytes = storedBytes,
            Columns = [.. table.Columns?.Select(column => StoredColumn.Create(column, table.Added.Contains(column))) ?? []],
        };
}

/// <summary>Column of one field in a result.</summary>
/// <param name="Field">Field as the caller names it, at most 200 characters.</param>
/// <param name="Column">Name of the column in the table.</param>
/// <param name="Type">SQL type: <c>boolean</c>, <c>bigint</c>, <c>numeric</c>, <c>date</c>, <c>timestamptz(n)</c>, <c>text</c>.</param>
/// <param name="Added">Whether the column was added to an existing table for this payload.</param>
public sealed record StoredColumn(string Field, string Column, string Type, bool Added)
{
    internal static StoredColumn Create(RecordColumn column, bool added) =>
        new(AnalysedField.Shorten(column.Field), column.Name, column.Type.ToString(), added);
}

/// <summary>Field of a payload in a result.</summary>
/// <param name="Name">Field as the caller names it, at most 200 characters.</param>
/// <param name="Types">JSON types of its values except null, most frequent first.</param>
/// <param name="Present">Number of records with the field, null or not.</param>
/// <param name="Nulls">Number of records with the value null.</param>
public sealed record AnalysedField(string Name, IReadOnlyList<string> Types, long Present, long Nulls)
{
    private const int MaxNameLength = 200;

    internal static AnalysedField Create(FieldProfile field) =>
        new(Shorten(field.Name), [.. field.Types.Select(type => type.ToString().ToLowerInvariant())], field.Present, field.Nulls);

    internal static string Shorten(string name)
    {
        if (name.Length <= MaxNameLength)
            return name;
        // A surrogate pair is not divided.
        var length = char.IsHighSurrogate(name[MaxNameLength - 1]) ? MaxNameLength - 1 : MaxNameLength;
        return $"{name[..length]}…";
    }
}
