using MangaMotion.ServiceDefaults.Problems;
using Npgsql;
using NpgsqlTypes;

namespace MangaMotion.Ingest.Api;

/// <summary>Parameters that lists share.</summary>
internal static class ListQuery
{
    public const int DefaultPageSize = 100;
    public const int MaxPageSize = 1_000;
    private const int MaxSearch = 200;

    /// <exception cref="ProblemException">400: the page size or the search text is out of range.</exception>
    public static void Check(int pageSize, string? search)
    {
        if (pageSize is < 1 or > MaxPageSize)
            throw new ProblemException(400, "invalid_page_size", $"pageSize must be 1 to {MaxPageSize}.");
        if (search?.Length > MaxSearch)
            throw new ProblemException(400, "invalid_search", $"q must have at most {MaxSearch} characters.");
    }

    /// <exception cref="ProblemException">400: the value is not one of the list; the message names them.</exception>
    public static void CheckOneOf(string parameter, string? value, IReadOnlyList<string> allowed)
    {
        if (value is not null && !allowed.Contains(value))
            throw new ProblemException(400, $"invalid_{parameter}", $"{parameter} must be one of {string.Join(", ", allowed)}.");
    }

    /// <summary>Writes a pattern of <c>ilike</c> that matches any part of a text; null without a search text.</summary>
    public static string? WritePattern(string? search) => string.IsNullOrEmpty(search) ? null
        : $"%{search.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal)
            .Replace("_", "\\_", StringComparison.Ordinal)}%";

    /// <summary>Creates a text parameter; null for an empty text.</summary>
    public static NpgsqlParameter Text(string name, string? value) =>
        new(name, NpgsqlDbType.Text) { Value = string.IsNullOrEmpty(value) ? DBNull.Value : value };

    /// <summary>Removes the row beyond the page and writes the token of the next page; null on the last page.</summary>
    public static string? Cut<T>(List<T> rows, int pageSize, Func<T, string> token)
    {
        if (rows.Count <= pageSize)
            return null;
        rows.RemoveAt(pageSize);
        return token(rows[^1]);
    }
}
