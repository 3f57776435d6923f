using MangaMotion.Contracts.Records.V1;
using MangaMotion.Contracts.Thumbnails.V1;
using MangaMotion.Contracts.Videos.V1;

namespace MangaMotion.Jobs;

/// <summary>The job types of MangaMotion, and the registry that finds the type of a row.</summary>
public sealed class JobTypes(IEnumerable<JobType> types)
{
    public static readonly JobType<GenerateThumbnail> Thumbnail = new("thumbnail") { HasBulk = true };
    public static readonly JobType<StoreRecords> Records = new("records") { HasBulk = true };
    public static readonly JobType<StartVideo> Video = new("video");
    public static readonly JobType<WriteScript> ScriptGen = new("script-gen") { Whole = Video, Stage = "script_gen" };
    public static readonly JobType<SpeakShot> VoiceShot = new("voice-shot") { Whole = Video, Stage = "voice_gen" };
    public static readonly JobType<RenderSegment> RenderSegment = new("render-segment") { Whole = Video, Stage = "video_gen" };
    public static readonly JobType<ComposeVideo> Compositing = new("compositing") { Whole = Video, Stage = "compositing" };

    private readonly Dictionary<string, JobType> _byName = types.Distinct().ToDictionary(type => type.Name, StringComparer.Ordinal);

    public JobType this[string name] => _byName.TryGetValue(name, out var type)
        ? type
        : throw new InvalidOperationException(
            $"Job type '{name}' is not known to this service; known are {string.Join(", ", _byName.Keys)}.");

    public IReadOnlyCollection<JobType> All => _byName.Values;
}
