using MangaMotion.Ingest.Api;
using MangaMotion.RecordStore.Reading;
using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Reading.Records;

/// <summary>Checked query of a list of records.</summary>
internal sealed record RecordPageRequest(IReadOnlyList<RecordFilter> Filters, RecordPosition After, int Size)
{
    /// <summary>Name of the list in page tokens.</summary>
    public const string ListName = "records";

    public const int DefaultPageSize = 100;
    private const int MaxPageSize = 10_000;
    private const int MaxFilters = 20;
    private const string Opening = "filter[";

    private static readonly string[] Others = ["ingest", "job", "pageToken", "pageSize"];

    private static readonly Dictionary<string, FilterOperator> Operators = new(StringComparer.Ordinal)
    {
        ["eq"] = FilterOperator.Equal,
        ["ne"] = FilterOperator.NotEqual,
        ["gt"] = FilterOperator.Greater,
        ["gte"] = FilterOperator.GreaterOrEqual,
        ["lt"] = FilterOperator.Less,
        ["lte"] = FilterOperator.LessOrEqual,
        ["exists"] = FilterOperator.Exists,
    };

    /// <exception cref="ProblemException">400: a parameter is unknown, or its value is not allowed. The message names it.</exception>
    public static RecordPageRequest Read(IQueryCollection query, string? pageToken, int pageSize)
    {
        if (pageSize is < 1 or > MaxPageSize)
            throw new ProblemException(400, "invalid_page_size", $"pageSize must be 1 to {MaxPageSize}.");
        var filters = new List<RecordFilter>();
        foreach (var (name, values) in query)
        {
            if (name.StartsWith(Opening, StringComparison.Ordinal) && name.EndsWith(']'))
                filters.AddRange(values.Select(value => Parse(name, value ?? "")));
            else if (!Others.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                throw new ProblemException(400, "unknown_parameter",
                    $"There is no parameter '{NearestName.Shorten(name)}'; "
                    + $"known are filter[FIELD], filter[FIELD][OP], {string.Join(", ", Others)}.");
            }
        }

        return filters.Count <= MaxFilters
            ? new(filters, ReadPosition(pageToken), pageSize)
            : throw new ProblemException(400, "too_many_filters", $"There are {filters.Count} filters; {MaxFilters} are allowed.");
    }

    /// <summary>
    /// Parses a filter. The last brackets hold the operator if they hold a known one: <c>filter[gt][eq]</c> names a field gt.
    /// </summary>
    private static RecordFilter Parse(string name, string value)
    {
        var field = name[Opening.Length..^1];
        var comparison = FilterOperator.Equal;
        var split = field.LastIndexOf("][", StringComparison.Ordinal);
        if (split >= 0 && Operators.TryGetValue(field[(split + 2)..], out var known))
            (field, comparison) = (field[..split], known);

        if (comparison == FilterOperator.Exists && value is not ("true" or "false"))
            throw new ProblemException(400, "invalid_filter", $"The filter '{NearestName.Shorten(name)}' must be true or false.");
        return new(field, comparison, value);
    }

    private static RecordPosition ReadPosition(string? token) =>
        PageToken.Read<long, long>(ListName, token) is var (load, number) ? new(load, number) : RecordPosition.Start;
}
