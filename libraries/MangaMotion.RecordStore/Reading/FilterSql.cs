using System.Text;
using MangaMotion.RecordStore.Tables;
using MangaMotion.RecordStore.Values;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.RecordStore.Reading;

/// <summary>Filters as SQL: the same meaning on a table of columns and on one of whole records.</summary>
/// <param name="parameters">Takes the values; nothing of a caller stands in the text.</param>
internal sealed class FilterSql(RecordTable table, NpgsqlParameterCollection parameters)
{
    private const int MaxNumberDigits = 20_000;

    /// <summary>The condition, or null where no record of the table can match.</summary>
    public string? Condition(IReadOnlyList<RecordFilter> filters)
    {
        var conditions = new StringBuilder();
        foreach (var filter in filters)
        {
            var condition = table.Storage == RecordStorage.Jsonb ? OnDocument(filter)
                : table.Find(filter.Field) is { } column ? OnColumn(filter, column)
                : filter is { Operator: FilterOperator.Exists, Value: "false" } ? "true" : null;
            if (condition is null)
                return null;
            conditions.Append(" and ").Append(condition);
        }

        return conditions.ToString();
    }

    private string? OnColumn(RecordFilter filter, RecordColumn column)
    {
        var isNull = $"coalesce({column.Ordinal} = any(nulls), false)";
        var exists = $"({column.Name} is not null or {isNull})";
        return filter.Operator switch
        {
            FilterOperator.Exists => filter.Value == "true" ? exists : $"not {exists}",
            FilterOperator.Equal => Equal(),
            FilterOperator.NotEqual => Equal() is { } equal ? $"({exists} and not coalesce({equal}, false))" : exists,
            _ => Compare(filter.Operator, column, filter.Value),
        };

        string? Equal()
        {
            var equal = Compare(FilterOperator.Equal, column, filter.Value);
            return filter.Value != "null" ? equal : equal is null ? isNull : $"({equal} or {isNull})";
        }
    }

    /// <summary>Compares a column with a value of its type; null where the value has another.</summary>
    private string? Compare(FilterOperator comparison, RecordColumn column, string value)
    {
        var sign = Sign(comparison);
        var bytes = Encoding.UTF8.GetBytes(value);
        switch (column.Type.Kind)
        {
            case ColumnKind.Boolean:
                return comparison == FilterOperator.Equal && value is "true" or "false" ? $"{column.Name} = {value}" : null;
            case ColumnKind.Bigint or ColumnKind.Numeric:
                return IsNumber(bytes) ? $"{column.Name} {sign} {Add(value)}::numeric" : null;
            case ColumnKind.Date when IsoTime.TryParseDate(bytes, out var date):
                return $"{column.Name} {sign} {Add(date, NpgsqlDbType.Date)}";
            case ColumnKind.Timestamp when IsoTime.TryParseTime(bytes, out var time, out var digits) && digits == column.Type.Digits:
                return $"{column.Name} {sign} {Add(time, NpgsqlDbType.TimestampTz)}";
            default:
                return comparison == FilterOperator.Equal && column.Type.Kind != ColumnKind.Text
                    ? null
                    : $"{TextOf(column)} collate \"C\" {sign} {Add(value)}";
        }
    }

    /// <summary>The text that the record had.</summary>
    private static string TextOf(RecordColumn column) => column.Type switch
    {
        { Kind: ColumnKind.Date } => $"to_char({column.Name}, 'YYYY-MM-DD')",
        { Kind: ColumnKind.Timestamp, Digits: 0 } => $"to_char({column.Name} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
        { Kind: ColumnKind.Timestamp, Digits: var digits } => $"left(to_char({column.Name} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), {20 + digits}) || 'Z'",
        _ => column.Name,
    };

    private string OnDocument(RecordFilter filter)
    {
        var field = Add(filter.Field);
        var value = $"(record -> {field})";
        var text = $"(record ->> {field})";
        return filter.Operator switch
        {
            FilterOperator.Exists => $"{value} is {(filter.Value == "true" ? "not " : "")}null",
            FilterOperator.Equal => Equal(),
            FilterOperator.NotEqual => $"({value} is not null and not {Equal()})",
            var comparison => $"case jsonb_typeof{value} when 'string' then {text} collate \"C\" {Sign(comparison)} {Add(filter.Value)} {Number(comparison)} else false end",
        };

        string Equal() =>
            $"coalesce(case jsonb_typeof{value} when 'string' then {text} = {Add(filter.Value)} {Number(FilterOperator.Equal)} " +
            $"when 'boolean' then {text} = {Add(filter.Value)} when 'null' then {(filter.Value == "null" ? "true" : "false")} else false end, false)";

        string Number(FilterOperator comparison) =>
            IsNumber(Encoding.UTF8.GetBytes(filter.Value)) ? $"when 'number' then {text}::numeric {Sign(comparison)} {Add(filter.Value)}::numeric" : "";
    }

    private static bool IsNumber(ReadOnlySpan<byte> text) => JsonNumber.TryParse(text, out var number) && number.Digits <= MaxNumberDigits && number.Scale < MaxNumberDigits / 2;

    private string Add(string value) => Add(value, NpgsqlDbType.Text);

    private string Add(object value, NpgsqlDbType type)
    {
        parameters.Add(new() { Value = value, NpgsqlDbType = type });
        return $"${parameters.Count}";
    }

    private static string Sign(FilterOperator comparison) => comparison switch
    {
        FilterOperator.Equal => "=",
        FilterOperator.Greater => ">",
        FilterOperator.GreaterOrEqual => ">=",
        FilterOperator.Less => "<",
        FilterOperator.LessOrEqual => "<=",
        _ => throw new ArgumentOutOfRangeException(nameof(comparison), comparison, "Not a comparison."),
    };
}
