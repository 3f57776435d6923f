namespace MangaMotion.RecordStore.Reading;

public enum FilterOperator
{
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,

    /// <summary>The record has the field, null or not, or (value <c>false</c>) has not.</summary>
    Exists,
}

/// <summary>
/// A condition on one field of a record. The value is compared with what the record has, by that one's type: a number with
/// numbers, text with text (in the order of Unicode's code points, which for times of one format is their order in time),
/// <c>true</c>, <c>false</c> and <c>null</c> with themselves. What has another type does not match, and an object or array
/// matches nothing but <see cref="FilterOperator.NotEqual"/>, which takes every record that has the field with another value.
/// </summary>
/// <param name="Field">Any name; it goes into a parameter or is looked up, never into a statement.</param>
public sealed record RecordFilter(string Field, FilterOperator Operator, string Value);

/// <summary>Which records are read: of a collection or an ingest, of one owner.</summary>
/// <param name="Collection">Null reads by the ingest alone.</param>
public sealed record RecordScope(Guid OwnerId, string? Collection, Guid? IngestId, Guid? JobId);

/// <summary>A place in the order of the records: by load, then by number in the payload.</summary>
public readonly record struct RecordPosition(long Load, long Number)
{
    public static RecordPosition Start => new(0, 0);
}
