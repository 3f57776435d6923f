using System.Text.Json;
using MangaMotion.RecordStore.Tables;
using MangaMotion.RecordStore.Values;
using Npgsql;

namespace MangaMotion.RecordStore.Reading;

/// <summary>A row as the JSON record that it was made of.</summary>
internal static class RecordRow
{
    private const int FirstColumn = 3;

    /// <summary>What to select of a table: load, number, nulls or the record, then a column for each field.</summary>
    public static string Columns(RecordTable table) => table.Storage == RecordStorage.Jsonb
        ? "load, n, record::text"
        : string.Join(", ", ["load", "n", "nulls", .. table.Columns.Select(column => column.Type.Kind == ColumnKind.Numeric ? $"{column.Name}::text" : column.Name)]);

    public static void Write(NpgsqlDataReader row, RecordTable table, Utf8JsonWriter json)
    {
        if (table.Storage == RecordStorage.Jsonb)
        {
            // Made by Postgres.
            json.WriteRawValue(row.GetString(2), skipInputValidation: true);
            return;
        }

        var nulls = row.IsDBNull(2) ? [] : row.GetFieldValue<short[]>(2);
        json.WriteStartObject();
        for (var i = 0; i < table.Columns.Count; i++)
        {
            var column = table.Columns[i];
            if (!row.IsDBNull(FirstColumn + i))
            {
                json.WritePropertyName(column.Field);
                WriteValue(row, FirstColumn + i, column.Type, json);
            }
            else if (nulls.AsSpan().Contains(column.Ordinal))
            {
                json.WriteNull(column.Field);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteValue(NpgsqlDataReader row, int index, ColumnType type, Utf8JsonWriter json)
    {
        switch (type.Kind)
        {
            case ColumnKind.Boolean:
                json.WriteBooleanValue(row.GetBoolean(index));
                break;
            case ColumnKind.Bigint:
                json.WriteNumberValue(row.GetInt64(index));
                break;
            case ColumnKind.Numeric:
                json.WriteRawValue(row.GetString(index), skipInputValidation: true);
                break;
            case ColumnKind.Date:
                json.WriteStringValue(IsoTime.Format(row.GetFieldValue<DateOnly>(index)));
                break;
            case ColumnKind.Timestamp:
                json.WriteStringValue(IsoTime.Format(row.GetDateTime(index), type.Digits));
                break;
            default:
                json.WriteStringValue(row.GetString(index));
                break;
        }
    }
}
