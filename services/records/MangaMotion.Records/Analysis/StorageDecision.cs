using MangaMotion.Records.Payloads;
using MangaMotion.RecordStore.Tables;

namespace MangaMotion.Records.Analysis;

/// <summary>Storage of a payload, with the reasons as sentences for its owner.</summary>
public sealed record StorageDecision(RecordStorage Storage, IReadOnlyList<string> Reasons)
{
    private const int MaxReasons = 5;

    /// <summary>
    /// Bytes of a row that always fit on a Postgres page (8 kB), without the row's header and the columns besides fields.
    /// </summary>
    private const int MaxRowBytes = 7_600;

    /// <summary>Decides for one column per field if all records are flat and alike, and otherwise for whole records.</summary>
    public static StorageDecision Decide(PayloadAnalysis payload, RecordsOptions options)
    {
        var obstacles = FindObstacles(payload, options).Take(MaxReasons).ToArray();
        if (obstacles.Length > 0)
            return new(RecordStorage.Jsonb, obstacles);
        return new(RecordStorage.Sql, [
            $"{DescribeAll(payload.Records)} flat, and every field has values of one type.", DescribeFill(payload)]);
    }

    /// <summary>Whether a row with these columns always fits on a page.</summary>
    public static bool FitIntoRow(IEnumerable<ColumnType> columns) => columns.Sum(column => column.Width) <= MaxRowBytes;

    private static IEnumerable<string> FindObstacles(PayloadAnalysis payload, RecordsOptions options)
    {
        if (payload.Records == 0)
        {
            yield return "The payload has no records.";
            yield break;
        }

        foreach (var type in Enum.GetValues<JsonType>().Where(type => type != JsonType.Object && payload.GetCount(type) > 0))
        {
            yield return $"{DescribePart(payload.GetCount(type), payload.Records)} {DescribeType(type)}, not an object; "
                + $"the first is record {payload.GetFirstRecord(type):N0}.";
        }

        if (payload.HasTooManyFields || payload.Fields.Count > options.MaxColumns)
        {
            yield return $"The records have more than {Math.Min(payload.Fields.Count, options.MaxColumns):N0} different fields; "
                + $"a table can have {options.MaxColumns:N0} (Records__MaxColumns).";
        }
        else if (payload.GetCount(JsonType.Object) > 0 && payload.Fields.Count == 0)
        {
            yield return "The records have no fields.";
        }

        foreach (var obstacle in payload.Fields.SelectMany(FindFieldObstacles))
            yield return obstacle;

        if (payload.Fields.Count > 0 && GetFill(payload) < options.MinFill)
        {
            yield return $"A record has {GetFill(payload):P0} of the {payload.Fields.Count:N0} different fields on average; "
                + $"a table needs {options.MinFill:P0} (Records__MinFill).";
        }

        if (!FitIntoRow(payload.Fields.Select(field => field.ColumnType)))
            yield return $"A row of {payload.Fields.Count:N0} columns could exceed a page of the database (8 kB).";
    }

    private static IEnumerable<string> FindFieldObstacles(FieldProfile field)
    {
        var name = RecordPlace.Shorten(field.Name);
        foreach (var nested in field.Types.Where(type => type is JsonType.Array or JsonType.Object))
        {
            yield return $"The field '{name}' is {DescribeType(nested)} in {DescribeCount(field.GetCount(nested))}, "
                + $"first in record {field.GetFirstRecord(nested):N0}.";
        }

        if (field.Types is [var usual, var other, ..])
        {
            yield return $"The field '{name}' is {DescribeType(usual)} in {DescribeCount(field.GetCount(usual))} and {DescribeType(other)} "
                + $"in {field.GetCount(other):N0}, first in record {field.GetFirstRecord(other):N0}.";
        }
    }

    /// <summary>Gets the share of the payload's fields that a record has on average, 0 to 1.</summary>
    private static double GetFill(PayloadAnalysis payload) => payload.Values / ((double)payload.Records * payload.Fields.Count);

    private static string DescribeFill(PayloadAnalysis payload)
    {
        var fields = payload.Fields.Count == 1 ? "the one field" : $"the {payload.Fields.Count:N0} fields";
        return payload.Fields.Count(field => field.Present < payload.Records) switch
        {
            0 => $"Every record has {fields}.",
            1 => $"The records have {GetFill(payload):P0} of {fields} on average; 1 of them is missing in some.",
            var missing => $"The records have {GetFill(payload):P0} of {fields} on average; {missing:N0} of them are missing in some.",
        };
    }

    private static string DescribeAll(long records) => records switch
    {
        1 => "The one record is",
        2 => "Both records are",
        _ => $"All {records:N0} records are",
    };

    private static string DescribeCount(long records) => records == 1 ? "1 record" : $"{records:N0} records";

    private static string DescribePart(long part, long all)
    {
        if (part == all)
            return DescribeAll(all);
        return part == 1 ? $"1 of {all:N0} records is" : $"{part:N0} of {all:N0} records are";
    }

    private static string DescribeType(JsonType type) => type switch
    {
        JsonType.Null => "null",
        JsonType.Boolean => "true or false",
        JsonType.Number => "a number",
        JsonType.String => "text",
        JsonType.Array => "an array",
        _ => "an object",
    };
}
