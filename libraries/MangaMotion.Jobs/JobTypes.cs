using MangaMotion.Contracts.Records.V1;
using MangaMotion.Contracts.Thumbnails.V1;

namespace MangaMotion.Jobs;

/// <summary>The job types of MangaMotion, and the registry by which a row finds its command again.</summary>
public sealed class JobTypes(IEnumerable<JobType> types)
{
    public static readonly JobType<GenerateThumbnail> Thumbnail = new("thumbnail");
    public static readonly JobType<StoreRecords> Records = new("records");

    private readonly Dictionary<string, JobType> _byName = types.ToDictionary(type => type.Name, StringComparer.Ordinal);

    public JobType this[string name] => _byName.TryGetValue(name, out var type)
        ? type
        : throw new InvalidOperationException($"Job type '{name}' is not known to this service; known are {string.Join(", ", _byName.Keys)}.");

    public IReadOnlyCollection<JobType> All => _byName.Values;
}
