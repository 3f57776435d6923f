namespace MangaMotion.RecordStore.Reading;

/// <summary>Comparison of a filter.</summary>
public enum FilterOperator
{
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,

    /// <summary>Value <c>true</c>: the record has the field, null or not. Value <c>false</c>: it has not.</summary>
    Exists,
}

/// <summary>Condition on one field of a record. The type of the record's value decides how the filter's value is compared.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>A number is compared with numbers.</item>
/// <item>Text is compared with text by Unicode code points. For times of one format this is the order in time.</item>
/// <item><c>true</c>, <c>false</c> and <c>null</c> are equal only to themselves.</item>
/// <item>Values of different types do not match. An object or array matches only <see cref="FilterOperator.NotEqual"/>.</item>
/// <item><see cref="FilterOperator.NotEqual"/> matches every record that has the field with another value.</item>
/// </list>
/// </remarks>
/// <param name="Field">Any name. It is sent as a parameter or looked up, and never part of a statement.</param>
public sealed record RecordFilter(string Field, FilterOperator Operator, string Value);

/// <summary>Records of one owner that are read. Each part that is not null restricts them.</summary>
/// <param name="Collection">Slug of the collection.</param>
public sealed record RecordScope(Guid OwnerId, string? Collection, Guid? IngestId, Guid? JobId);

/// <summary>Position in the order of records: by load, then by number in the payload.</summary>
public readonly record struct RecordPosition(long Load, long Number)
{
    public static RecordPosition Start => new(0, 0);
}
