using System.Text.Json.Serialization;
using MangaMotion.Records.Analysis;
using MangaMotion.Records.Loading;
using MangaMotion.Records.Payloads;
using MangaMotion.RecordStore.Tables;

namespace MangaMotion.Records;

/// <summary>What stands in <c>jobs.result</c> of a records job; its schema is contracts/schemas/records-result.v1.json.</summary>
public sealed record RecordsResult
{
    private const int MaxFields = 200;

    /// <summary><c>sql</c>: a column for each field; <c>jsonb</c>: each record whole.</summary>
    public required string Storage { get; init; }

    /// <summary>Why it is stored so, in sentences.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>How the payload was written: <c>array</c> or <c>objects</c> (one object, or several behind each other).</summary>
    public required string Format { get; init; }

    public required long Records { get; init; }

    /// <summary>Of the payload.</summary>
    public required long Bytes { get; init; }

    public required int LargestRecordBytes { get; init; }

    /// <summary>Where the records are; left out where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Table { get; init; }

    /// <summary>Whether the table was made for them.</summary>
    public bool TableCreated { get; init; }

    /// <summary>As sent to the database.</summary>
    public long StoredBytes { get; init; }

    /// <summary>The columns of the payload's fields, with <c>sql</c>.</summary>
    public IReadOnlyList<StoredColumn> Columns { get; init; } = [];

    /// <summary>What the fields are, the first 200 of them.</summary>
    public required IReadOnlyList<AnalysedField> Fields { get; init; }

    /// <summary>For a payload without records.</summary>
    internal static RecordsResult Of(PayloadSummary payload, PayloadAnalysis analysis, StorageDecision decision) => new()
    {
        Storage = NameOf(decision.Storage),
        Reasons = decision.Reasons,
        Format = payload.Format == PayloadFormat.Array ? "array" : "objects",
        Records = payload.Records,
        Bytes = payload.Bytes,
        LargestRecordBytes = payload.LargestRecord,
        Fields = [.. analysis.Fields.Take(MaxFields).Select(AnalysedField.Of)],
    };

    internal static RecordsResult Of(PayloadSummary payload, PayloadAnalysis analysis, PreparedTable table, long storedBytes) =>
        Of(payload, analysis, table.Decision) with
        {
            Table = table.Table.Name,
            TableCreated = table.Created,
            StoredBytes = storedBytes,
            Columns = [.. table.Columns?.Select(column => StoredColumn.Of(column, table.Added.Contains(column))) ?? []],
        };

    private static string NameOf(RecordStorage storage) => storage == RecordStorage.Sql ? "sql" : "jsonb";
}

/// <param name="Field">As the caller names it; a very long name is cut.</param>
/// <param name="Column">Its name in the table.</param>
/// <param name="Type">In SQL: <c>boolean</c>, <c>bigint</c>, <c>numeric</c>, <c>date</c>, <c>timestamptz(n)</c>, <c>text</c>.</param>
/// <param name="Added">Whether the table was there before and got this column for these records.</param>
public sealed record StoredColumn(string Field, string Column, string Type, bool Added)
{
    internal static StoredColumn Of(RecordColumn column, bool added) => new(AnalysedField.Shown(column.Field), column.Name, column.Type.ToString(), added);
}

/// <param name="Name">As the caller names it; a very long name is cut.</param>
/// <param name="Types">Of its values but null, in JSON's words, the most frequent first.</param>
/// <param name="Present">Records that have it, null or not.</param>
/// <param name="Nulls">Records that have it with null.</param>
public sealed record AnalysedField(string Name, IReadOnlyList<string> Types, long Present, long Nulls)
{
    private const int ShownLength = 200;

    internal static AnalysedField Of(FieldProfile field) =>
        new(Shown(field.Name), [.. field.Types.Select(type => type.ToString().ToLowerInvariant())], field.Present, field.Nulls);

    internal static string Shown(string name)
    {
        if (name.Length <= ShownLength)
            return name;
        // Not in the middle of a character of two units.
        var length = char.IsHighSurrogate(name[ShownLength - 1]) ? ShownLength - 1 : ShownLength;
        return $"{name[..length]}…";
    }
}
