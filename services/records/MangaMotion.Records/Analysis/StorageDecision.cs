using MangaMotion.Records.Payloads;
using MangaMotion.RecordStore.Tables;

namespace MangaMotion.Records.Analysis;

/// <summary>How a payload is stored, and why, in sentences for its owner.</summary>
public sealed record StorageDecision(RecordStorage Storage, IReadOnlyList<string> Reasons)
{
    private const int MaxReasons = 5;

    /// <summary>Bytes of a row that a page of Postgres (8 kB) surely holds, its own head and our three columns taken off.</summary>
    private const int RowBytes = 7_600;

    /// <summary>A table of columns where all records are flat and alike; else each record whole.</summary>
    public static StorageDecision Make(PayloadAnalysis payload, RecordsOptions options)
    {
        var obstacles = Obstacles(payload, options).Take(MaxReasons).ToArray();
        if (obstacles.Length > 0)
            return new(RecordStorage.Jsonb, obstacles);

        var missing = payload.Fields.Count(field => field.Present < payload.Records);
        var fields = payload.Fields.Count == 1 ? "the one field" : $"the {payload.Fields.Count:N0} fields";
        return new(RecordStorage.Sql,
        [
            $"{All(payload)} flat, and every field has values of one type.",
            missing == 0 ? $"Every record has {fields}." : $"The records have {Share(payload):P0} of {fields} on average; {missing:N0} of them {(missing == 1 ? "is" : "are")} missing in some.",
        ]);
    }

    /// <summary>Whether the columns can stand in one row.</summary>
    public static bool FitIntoRow(IEnumerable<ColumnType> columns) => columns.Sum(column => column.Width) <= RowBytes;

    private static IEnumerable<string> Obstacles(PayloadAnalysis payload, RecordsOptions options)
    {
        if (payload.Records == 0)
        {
            yield return "The payload has no records.";
            yield break;
        }

        foreach (var type in Enum.GetValues<JsonType>().Where(type => type != JsonType.Object && payload.Count(type) > 0))
            yield return $"{Of(payload.Count(type), payload.Records)} no object but {Name(type)}; the first is record {payload.First(type):N0}.";

        if (payload.FieldsOverflown || payload.Fields.Count > options.MaxColumns)
            yield return $"The records have more than {Math.Min(payload.Fields.Count, options.MaxColumns):N0} different fields, which is more than a table gets (Records__MaxColumns is {options.MaxColumns:N0}).";
        else if (payload.Count(JsonType.Object) > 0 && payload.Fields.Count == 0)
            yield return "The records have no fields.";

        foreach (var field in payload.Fields)
        {
            var shown = RecordPlace.Shown(field.Name);
            foreach (var nested in field.Types.Where(type => type is JsonType.Array or JsonType.Object))
                yield return $"The field '{shown}' is {Name(nested)} in {Count(field.Count(nested))}, first in record {field.First(nested):N0}.";
            if (field.Types is [var usual, var other, ..])
                yield return $"The field '{shown}' is {Name(usual)} in {Count(field.Count(usual))} and {Name(other)} in {field.Count(other):N0}, first in record {field.First(other):N0}.";
        }

        if (payload.Fields.Count > 0 && Share(payload) < options.MinFill)
            yield return $"A record has {Share(payload):P0} of the {payload.Fields.Count:N0} different fields on average; a table wants {options.MinFill:P0} (Records__MinFill).";
        if (!FitIntoRow(payload.Fields.Select(field => field.ColumnType)))
            yield return $"A row of {payload.Fields.Count:N0} columns could become longer than a page of the database (8 kB).";
    }

    private static double Share(PayloadAnalysis payload) => payload.Values / ((double)payload.Records * payload.Fields.Count);

    private static string All(PayloadAnalysis payload) => payload.Records switch
    {
        1 => "The one record is",
        2 => "Both records are",
        var count => $"All {count:N0} records are",
    };

    private static string Count(long records) => records == 1 ? "1 record" : $"{records:N0} records";

    private static string Of(long some, long all) => some == all ? $"{(all == 1 ? "The one record is" : $"All {all:N0} records are")}" : $"{some:N0} of {all:N0} records {(some == 1 ? "is" : "are")}";

    private static string Name(JsonType type) => type switch
    {
        JsonType.Null => "null",
        JsonType.Boolean => "true or false",
        JsonType.Number => "a number",
        JsonType.String => "text",
        JsonType.Array => "an array",
        _ => "an object",
    };
}
