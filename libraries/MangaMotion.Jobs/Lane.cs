namespace MangaMotion.Jobs;

/// <summary>Priority of a job. Each lane of a job type has its own queue, so a high job never waits behind a low one.</summary>
public enum Lane
{
    High,
    Normal,
    Low,
}

/// <summary>Names of lanes and of their queues.</summary>
public static class Lanes
{
    private const string Bulk = "-bulk";

    public static IReadOnlyList<Lane> All { get; } = [Lane.High, Lane.Normal, Lane.Low];

    /// <summary>Name of the lane in <c>jobs.lane</c> and in the API.</summary>
    public static string Name(this Lane lane) => lane switch
    {
        Lane.High => "high",
        Lane.Normal => "normal",
        Lane.Low => "low",
        _ => throw new ArgumentOutOfRangeException(nameof(lane), lane, "Not a lane."),
    };

    public static bool TryParse(string? name, out Lane lane)
    {
        (var known, lane) = name switch
        {
            "high" => (true, Lane.High),
            "normal" => (true, Lane.Normal),
            "low" => (true, Lane.Low),
            _ => (false, Lane.Normal),
        };
        return known;
    }

    public static Lane Parse(string name) =>
        TryParse(name, out var lane) ? lane : throw new FormatException($"'{name}' is not a lane; use high, normal or low.");

    /// <summary>
    /// Name of the queue of a lane: <c>thumbnail</c>, <c>thumbnail-high</c>, <c>thumbnail-low</c>, each with a bulk queue:
    /// <c>thumbnail-bulk</c>, <c>thumbnail-high-bulk</c>, <c>thumbnail-low-bulk</c>.
    /// </summary>
    public static string QueueName(string queue, Lane lane, bool bulk = false) =>
        (lane == Lane.Normal ? queue : $"{queue}-{lane.Name()}") + (bulk ? Bulk : "");

    /// <summary>Finds the lane of a queue by its name.</summary>
    public static Lane OfQueue(string queueName)
    {
        var front = FrontOf(queueName);
        return front.EndsWith("-high", StringComparison.Ordinal) ? Lane.High
            : front.EndsWith("-low", StringComparison.Ordinal) ? Lane.Low
            : Lane.Normal;
    }

    public static bool IsBulk(string queueName) => queueName.EndsWith(Bulk, StringComparison.Ordinal);

    /// <summary>Name of the front queue of a bulk queue; any other name is returned unchanged.</summary>
    public static string FrontOf(string queueName) => IsBulk(queueName) ? queueName[..^Bulk.Length] : queueName;

    /// <summary>Name of the error queue of a queue. The front queue and the bulk queue of a lane share one.</summary>
    public static string ErrorQueueName(string queueName) => $"{FrontOf(queueName)}_error";
}
