using System.Collections.Frozen;

namespace MangaMotion.RecordStore.Tables;

/// <summary>Storage of a table's records.</summary>
public enum RecordStorage
{
    /// <summary>One column for each field.</summary>
    Sql,

    /// <summary>One column with the whole record.</summary>
    Jsonb,
}

/// <summary>
/// Table of records. Its columns are <c>load</c>, <c>n</c> (the record's number in its payload, from 1), and either <c>nulls</c> and one
/// column for each field, or <c>record</c>.
/// </summary>
public sealed class RecordTable(long id, RecordStorage storage, IReadOnlyList<RecordColumn> columns)
{
    private readonly FrozenDictionary<string,
        RecordColumn> _byField = columns.ToFrozenDictionary(column => column.Field, StringComparer.Ordinal);

    public long Id { get; } = id;

    public RecordStorage Storage { get; } = storage;

    /// <summary>Columns of the fields in the order of their ordinals, from 1; empty for <see cref="RecordStorage.Jsonb"/>.</summary>
    public IReadOnlyList<RecordColumn> Columns { get; } = columns;

    /// <summary>Qualified name. It has no text of a caller and can be part of a statement.</summary>
    public string Name => $"records.t{Id}";

    /// <summary>Finds the column of a field; null if the table has none.</summary>
    public RecordColumn? FindColumn(string field) => _byField.GetValueOrDefault(field);
}

/// <summary>Column of one field.</summary>
/// <param name="Ordinal">Number from 1. It is in the row's <c>nulls</c> if the record has the field with the value null.</param>
/// <param name="Field">Field as the caller names it: any text of any length.</param>
/// <param name="Name">Name of the column. It can be part of a statement.</param>
public sealed record RecordColumn(short Ordinal, string Field, string Name, ColumnType Type)
{
    private const int MaxReadableLength = 40;

    /// <summary>Creates the column of a field. Its name is the ordinal and the ASCII letters and digits of the field, for people.</summary>
    public static RecordColumn Create(int ordinal, string field, ColumnType type)
    {
        var readable = string.Concat(field.Take(MaxReadableLength).Select(ReplaceCharacter)).Trim('_');
        return new((short)ordinal, field, readable.Length > 0 ? $"c{ordinal}_{readable}" : $"c{ordinal}", type);

        static char ReplaceCharacter(char character) => char.IsAsciiLetterOrDigit(character) ? char.ToLowerInvariant(character) : '_';
    }
}
