using MangaMotion.RecordStore.Values;

namespace MangaMotion.RecordStore.Tables;

/// <summary>SQL type of a column, without its precision.</summary>
public enum ColumnKind
{
    Boolean,
    Bigint,
    Numeric,
    Date,
    Timestamp,
    Text,
}

/// <summary>SQL type of a column. Floating point is missing on purpose: numbers keep every digit.</summary>
/// <param name="Digits">Digits of a second's fraction in every value of a <see cref="ColumnKind.Timestamp"/>, 0 to 6.</param>
public readonly record struct ColumnType(ColumnKind Kind, int Digits = 0)
{
    public static readonly ColumnType Boolean = new(ColumnKind.Boolean);
    public static readonly ColumnType Bigint = new(ColumnKind.Bigint);
    public static readonly ColumnType Numeric = new(ColumnKind.Numeric);
    public static readonly ColumnType Date = new(ColumnKind.Date);
    public static readonly ColumnType Text = new(ColumnKind.Text);

    private const string TimestampName = "timestamptz";

    /// <summary>Maximum bytes of a value in its row. Postgres stores longer texts and numbers outside the row (TOAST).</summary>
    public int Width => Kind switch
    {
        ColumnKind.Boolean => 1,
        ColumnKind.Bigint or ColumnKind.Timestamp or ColumnKind.Date => 8,
        _ => 24,
    };

    public static ColumnType CreateTimestamp(int digits) => new(ColumnKind.Timestamp, digits);

    /// <summary>Parses a type from the catalogue.</summary>
    /// <exception cref="FormatException">The text is not a column type.</exception>
    public static ColumnType Parse(string sql) => sql switch
    {
        "boolean" => Boolean,
        "bigint" => Bigint,
        "numeric" => Numeric,
        "date" => Date,
        "text" => Text,
        [.., '(', >= '0' and <= '6' and var digits, ')'] when sql.StartsWith(TimestampName, StringComparison.Ordinal) =>
            CreateTimestamp(digits - '0'),
        _ => throw new FormatException($"'{sql}' is not a type of a record column."),
    };

    /// <summary>Whether a column of this type can store every value of another type without loss.</summary>
    public bool CanStore(ColumnType other) => this == other
        || (Kind == ColumnKind.Numeric && other.Kind == ColumnKind.Bigint)
        || (Kind == ColumnKind.Text && other.Kind is ColumnKind.Date or ColumnKind.Timestamp);

    /// <summary>Formats the type as SQL.</summary>
    public override string ToString() => Kind switch
    {
        ColumnKind.Timestamp => $"{TimestampName}({Math.Clamp(Digits, 0, IsoTime.MaxDigits)})",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}
