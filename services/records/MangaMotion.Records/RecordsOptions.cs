using System.ComponentModel.DataAnnotations;

namespace MangaMotion.Records;

/// <summary>Limits of a payload and of tables with one column for each field. Section <c>Records</c>.</summary>
public sealed class RecordsOptions
{
    public const string Section = "Records";

    /// <summary>Maximum bytes of one record. A worker needs a few times as much memory for each job.</summary>
    [Range(1_000, 200_000_000)]
    public int MaxRecordBytes { get; set; } = 16_000_000;

    /// <summary>Maximum nesting depth of objects and arrays in one record, the record included.</summary>
    [Range(1, 1_000)]
    public int MaxDepth { get; set; } = 64;

    /// <summary>Maximum digits of one number without exponent.</summary>
    [Range(20, 16_000)]
    public int MaxNumberDigits { get; set; } = 1_000;

    /// <summary>Maximum number of fields; payloads with more are stored as whole records.</summary>
    [Range(1, 1_500)]
    public int MaxColumns { get; set; } = 500;

    /// <summary>Minimum share of the fields that a record has on average, 0 to 1; payloads below it are stored as whole records.</summary>
    [Range(0.0, 1.0)]
    public double MinFill { get; set; } = 0.5;

    /// <summary>Maximum number of tables with columns in a collection; further shapes are stored as whole records.</summary>
    [Range(0, 10_000)]
    public int MaxTables { get; set; } = 50;
}
