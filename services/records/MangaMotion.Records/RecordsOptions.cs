using System.ComponentModel.DataAnnotations;

namespace MangaMotion.Records;

/// <summary>Limits of a payload, and when its records get a table of columns. Section <c>Records</c>.</summary>
public sealed class RecordsOptions
{
    public const string Section = "Records";

    /// <summary>Bytes of one record. A worker holds a few times as much in memory for each job.</summary>
    [Range(1_000, 200_000_000)]
    public int MaxRecordBytes { get; set; } = 16_000_000;

    /// <summary>Objects and arrays within each other in one record, itself included.</summary>
    [Range(1, 1_000)]
    public int MaxDepth { get; set; } = 64;

    /// <summary>Digits of one number, written out without exponent.</summary>
    [Range(20, 16_000)]
    public int MaxNumberDigits { get; set; } = 1_000;

    /// <summary>Fields above which records are stored whole.</summary>
    [Range(1, 1_500)]
    public int MaxColumns { get; set; } = 500;

    /// <summary>Share of the fields that a record has on average, below which records are stored whole.</summary>
    [Range(0.0, 1.0)]
    public double MinFill { get; set; } = 0.5;

    /// <summary>Tables of columns that a collection gets; records of further shapes are stored whole.</summary>
    [Range(0, 10_000)]
    public int MaxTables { get; set; } = 50;
}
