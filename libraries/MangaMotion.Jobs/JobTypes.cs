using MangaMotion.Contracts.Records.V1;
using MangaMotion.Contracts.Thumbnails.V1;

namespace MangaMotion.Jobs;

/// <summary>The job types without parts, and the registry that finds the type of a row.</summary>
public sealed class JobTypes(IEnumerable<JobType> types)
{
    public static readonly JobType<GenerateThumbnail> Thumbnail = new("thumbnail") { HasBulk = true };
    public static readonly JobType<StoreRecords> Records = new("records") { HasBulk = true };

    private readonly Dictionary<string, JobType> _byName = types.Distinct().ToDictionary(type => type.Name, StringComparer.Ordinal);

    public JobType this[string name] => _byName.TryGetValue(name, out var type)
        ? type
        : throw new InvalidOperationException(
            $"Job type '{name}' is not known to this service; known are {string.Join(", ", _byName.Keys)}.");

    public IReadOnlyCollection<JobType> All => _byName.Values;
}
