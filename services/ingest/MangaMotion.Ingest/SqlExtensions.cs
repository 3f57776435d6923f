using System.Data;
using Npgsql;

namespace MangaMotion.Ingest;

/// <summary>Parameters and columns by name.</summary>
internal static class SqlExtensions
{
    public static void AddAll(this NpgsqlParameterCollection parameters, params ReadOnlySpan<NpgsqlParameter> added)
    {
        foreach (var parameter in added)
            parameters.Add(parameter);
    }

    /// <summary>Reads a text column; null for null.</summary>
    public static string? GetText(this NpgsqlDataReader row, string column) => row.IsDBNull(column) ? null : row.GetString(column);
}
