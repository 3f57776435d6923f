using MangaMotion.RecordStore.Values;

namespace MangaMotion.RecordStore.Tables;

public enum ColumnKind
{
    Boolean,
    Bigint,
    Numeric,
    Date,
    Timestamp,
    Text,
}

/// <summary>The type of a column. There is no floating point among them: numbers come back digit by digit.</summary>
/// <param name="Digits">Of a second's fraction, for <see cref="ColumnKind.Timestamp"/>: every value of the column has as many.</param>
public readonly record struct ColumnType(ColumnKind Kind, int Digits = 0)
{
    public static readonly ColumnType Boolean = new(ColumnKind.Boolean);
    public static readonly ColumnType Bigint = new(ColumnKind.Bigint);
    public static readonly ColumnType Numeric = new(ColumnKind.Numeric);
    public static readonly ColumnType Date = new(ColumnKind.Date);
    public static readonly ColumnType Text = new(ColumnKind.Text);

    private const string TimestampName = "timestamptz";

    /// <summary>Bytes that a value takes up in its row at most; long texts and numbers lie elsewhere, behind a pointer.</summary>
    public int Width => Kind switch
    {
        ColumnKind.Boolean => 1,
        ColumnKind.Bigint or ColumnKind.Timestamp or ColumnKind.Date => 8,
        _ => 24,
    };

    public static ColumnType Timestamp(int digits) => new(ColumnKind.Timestamp, digits);

    /// <summary>The type as it stands in the catalogue.</summary>
    public static ColumnType Parse(string sql) => sql switch
    {
        "boolean" => Boolean,
        "bigint" => Bigint,
        "numeric" => Numeric,
        "date" => Date,
        "text" => Text,
        [.., '(', >= '0' and <= '6' and var digits, ')'] when sql.StartsWith(TimestampName, StringComparison.Ordinal) => Timestamp(digits - '0'),
        _ => throw new FormatException($"'{sql}' is no type of a column of records."),
    };

    /// <summary>Whether every value of <paramref name="other"/> can stand in a column of this type and come back as it was.</summary>
    public bool Holds(ColumnType other) => this == other
        || (Kind == ColumnKind.Numeric && other.Kind == ColumnKind.Bigint)
        || (Kind == ColumnKind.Text && other.Kind is ColumnKind.Date or ColumnKind.Timestamp);

    /// <summary>The type in SQL.</summary>
    public override string ToString() => Kind switch
    {
        ColumnKind.Timestamp => $"{TimestampName}({Math.Clamp(Digits, 0, IsoTime.MaxDigits)})",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}
