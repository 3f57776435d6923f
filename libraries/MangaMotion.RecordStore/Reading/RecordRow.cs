using System.Text.Json;
using MangaMotion.RecordStore.Tables;
using MangaMotion.RecordStore.Values;
using Npgsql;

namespace MangaMotion.RecordStore.Reading;

/// <summary>Converts a row of a record table back to its JSON record.</summary>
internal static class RecordRow
{
    /// <summary>Index of the first field. The columns of fields are read by index, because a record can have hundreds.</summary>
    private const int FirstField = 3;

    /// <summary>Lists the columns to select: load, n, nulls or the record, then one column for each field.</summary>
    public static string ListColumns(RecordTable table)
    {
        return table.Storage == RecordStorage.Jsonb
            ? "load, n, record::text as record"
            : string.Join(", ", ["load", "n", "nulls", .. table.Columns.Select(SelectColumn)]);

        static string SelectColumn(RecordColumn column) => column.Type.Kind == ColumnKind.Numeric ? $"{column.Name}::text" : column.Name;
    }

    /// <summary>Writes the record of a row.</summary>
    public static void WriteRecord(NpgsqlDataReader row, RecordTable table, Utf8JsonWriter json)
    {
        if (table.Storage == RecordStorage.Jsonb)
        {
            // Postgres wrote the JSON, so it is valid.
            json.WriteRawValue(row.GetString(row.GetOrdinal("record")), skipInputValidation: true);
            return;
        }

        var nullsIndex = row.GetOrdinal("nulls");
        var nulls = row.IsDBNull(nullsIndex) ? [] : row.GetFieldValue<short[]>(nullsIndex);
        json.WriteStartObject();
        for (var i = 0; i < table.Columns.Count; i++)
        {
            var column = table.Columns[i];
            if (!row.IsDBNull(FirstField + i))
            {
                json.WritePropertyName(column.Field);
                WriteValue(row, FirstField + i, column.Type, json);
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
