using System.Collections.Frozen;
using System.Text;

namespace MangaMotion.RecordStore.Tables;

public enum RecordStorage
{
    /// <summary>A column for each field.</summary>
    Sql,

    /// <summary>One column that holds the whole record.</summary>
    Jsonb,
}

/// <summary>A table of records: <c>load</c>, <c>n</c> (the record's number in its payload, from 1), and what its storage adds.</summary>
public sealed class RecordTable(long id, RecordStorage storage, IReadOnlyList<RecordColumn> columns)
{
    private readonly FrozenDictionary<string, RecordColumn> _byField = columns.ToFrozenDictionary(column => column.Field, StringComparer.Ordinal);

    public long Id { get; } = id;

    public RecordStorage Storage { get; } = storage;

    /// <summary>In the order of their ordinals, which begin with 1; none for <see cref="RecordStorage.Jsonb"/>.</summary>
    public IReadOnlyList<RecordColumn> Columns { get; } = columns;

    /// <summary>Qualified, safe to stand in a statement.</summary>
    public string Name => $"records.t{Id}";

    public RecordColumn? Find(string field) => _byField.GetValueOrDefault(field);
}

/// <param name="Ordinal">From 1; stands in the row's <c>nulls</c> where the record has the field with null.</param>
/// <param name="Field">As the caller names it.</param>
/// <param name="Name">Of the column; safe to stand in a statement.</param>
public sealed record RecordColumn(short Ordinal, string Field, string Name, ColumnType Type)
{
    private const int ReadableLength = 40;

    /// <summary>A column for a field: its name is the ordinal, and what is harmless in the field's name, for whoever looks into the table.</summary>
    public static RecordColumn Create(int ordinal, string field, ColumnType type)
    {
        var name = new StringBuilder($"c{ordinal}");
        var readable = string.Concat(field.Take(ReadableLength).Select(character => char.IsAsciiLetterOrDigit(character) ? char.ToLowerInvariant(character) : '_')).Trim('_');
        if (readable.Length > 0)
            name.Append('_').Append(readable);
        return new((short)ordinal, field, name.ToString(), type);
    }
}
