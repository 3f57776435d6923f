using System.Text;
using MangaMotion.RecordStore.Tables;
using MangaMotion.RecordStore.Values;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.RecordStore.Reading;

/// <summary>Writes filters as SQL. A filter has the same meaning for both storages.</summary>
/// <param name="parameters">Receives the values. No text of a caller becomes part of a statement.</param>
internal sealed class FilterSql(RecordTable table, NpgsqlParameterCollection parameters)
{
    /// <summary>Maximum digits of a number in a filter; Postgres limits <c>numeric</c> to 131,072 digits before the point.</summary>
    private const int MaxNumberDigits = 20_000;

    private int _values;

    /// <summary>Creates the condition, which starts with <c>and</c>; null if no record of the table can match.</summary>
    public string? CreateCondition(IReadOnlyList<RecordFilter> filters)
    {
        var conditions = new StringBuilder();
        foreach (var filter in filters)
        {
            if (CreateCondition(filter) is not { } condition)
                return null;
            conditions.Append(" and ").Append(condition);
        }

        return conditions.ToString();
    }

    private string? CreateCondition(RecordFilter filter)
    {
        if (table.Storage == RecordStorage.Jsonb)
            return FilterDocument(filter);
        if (table.FindColumn(filter.Field) is { } column)
            return FilterColumn(filter, column);
        return filter is { Operator: FilterOperator.Exists, Value: "false" } ? "true" : null;
    }

    private string? FilterColumn(RecordFilter filter, RecordColumn column)
    {
        var isNull = $"coalesce({column.Ordinal} = any(nulls), false)";
        var exists = $"({column.Name} is not null or {isNull})";
        switch (filter.Operator)
        {
            case FilterOperator.Exists:
                return filter.Value == "true" ? exists : $"not {exists}";
            case FilterOperator.Equal:
                return CompareEqual();
            case FilterOperator.NotEqual:
                return CompareEqual() is { } equal ? $"({exists} and not coalesce({equal}, false))" : exists;
            default:
                return CompareColumn(filter.Operator, column, filter.Value);
        }

        string? CompareEqual()
        {
            var equal = CompareColumn(FilterOperator.Equal, column, filter.Value);
            if (filter.Value != "null")
                return equal;
            return equal is null ? isNull : $"({equal} or {isNull})";
        }
    }

    /// <summary>Compares a column with a value of its type; null if the value has another type.</summary>
    private string? CompareColumn(FilterOperator comparison, RecordColumn column, string value)
    {
        var sign = GetSign(comparison);
        var bytes = Encoding.UTF8.GetBytes(value);
        switch (column.Type.Kind)
        {
            case ColumnKind.Boolean:
                return comparison == FilterOperator.Equal && value is "true" or "false" ? $"{column.Name} = {value}" : null;
            case ColumnKind.Bigint or ColumnKind.Numeric:
                return IsNumber(bytes) ? $"{column.Name} {sign} {AddParameter(value)}::numeric" : null;
            case ColumnKind.Date when IsoTime.TryParseDate(bytes, out var date):
                return $"{column.Name} {sign} {AddParameter(date, NpgsqlDbType.Date)}";
            case ColumnKind.Timestamp when IsoTime.TryParseTime(bytes, out var time, out var digits) && digits == column.Type.Digits:
                return $"{column.Name} {sign} {AddParameter(time, NpgsqlDbType.TimestampTz)}";
            case ColumnKind.Date or ColumnKind.Timestamp when comparison == FilterOperator.Equal:
                return null;
            default:
                return $"{RestoreText(column)} collate \"C\" {sign} {AddParameter(value)}";
        }
    }

    /// <summary>Writes the expression that restores the text of a date or time column as it was in the record.</summary>
    private static string RestoreText(RecordColumn column)
    {
        const string Seconds = "YYYY-MM-DD\"T\"HH24:MI:SS";
        var utc = $"{column.Name} at time zone 'UTC'";
        return column.Type switch
        {
            { Kind: ColumnKind.Date } => $"to_char({column.Name}, 'YYYY-MM-DD')",
            { Kind: ColumnKind.Timestamp, Digits: 0 } => $"to_char({utc}, '{Seconds}\"Z\"')",
            { Kind: ColumnKind.Timestamp, Digits: var digits } => $"left(to_char({utc}, '{Seconds}.US'), {20 + digits}) || 'Z'",
            _ => column.Name,
        };
    }

    private string FilterDocument(RecordFilter filter)
    {
        var field = AddParameter(filter.Field);
        var value = $"(record -> {field})";
        var text = $"(record ->> {field})";
        switch (filter.Operator)
        {
            case FilterOperator.Exists:
                return $"{value} is {(filter.Value == "true" ? "not " : "")}null";
            case FilterOperator.Equal:
                return CompareEqual();
            case FilterOperator.NotEqual:
                return $"({value} is not null and not {CompareEqual()})";
            default:
                var sign = GetSign(filter.Operator);
                return $"case jsonb_typeof{value} when 'string' then {text} collate \"C\" {sign} {AddParameter(filter.Value)} "
                    + $"{CompareNumber(sign)} else false end";
        }

        string CompareEqual() =>
            $"coalesce(case jsonb_typeof{value} when 'string' then {text} = {AddParameter(filter.Value)} {CompareNumber("=")} "
            + $"when 'boolean' then {text} = {AddParameter(filter.Value)} when 'null' then {(filter.Value == "null" ? "true" : "false")} "
            + "else false end, false)";

        string CompareNumber(string sign) => IsNumber(Encoding.UTF8.GetBytes(filter.Value))
            ? $"when 'number' then {text}::numeric {sign} {AddParameter(filter.Value)}::numeric"
            : "";
    }

    private static bool IsNumber(ReadOnlySpan<byte> text) =>
        JsonNumber.TryParse(text, out var number) && number.Digits <= MaxNumberDigits && number.Scale < MaxNumberDigits / 2;

    private string AddParameter(string value) => AddParameter(value, NpgsqlDbType.Text);

    private string AddParameter(object value, NpgsqlDbType type)
    {
        var name = $"filter{++_values}";
        parameters.Add(new(name, type) { Value = value });
        return $"@{name}";
    }

    private static string GetSign(FilterOperator comparison) => comparison switch
    {
        FilterOperator.Equal => "=",
        FilterOperator.Greater => ">",
        FilterOperator.GreaterOrEqual => ">=",
        FilterOperator.Less => "<",
        FilterOperator.LessOrEqual => "<=",
        _ => throw new ArgumentOutOfRangeException(nameof(comparison), comparison, "Not a comparison."),
    };
}
