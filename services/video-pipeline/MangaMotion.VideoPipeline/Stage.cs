using MangaMotion.Jobs;

namespace MangaMotion.VideoPipeline;

/// <summary>One of the four stages of a video; each is a quarter of the progress.</summary>
public sealed record Stage
{
    public static readonly Stage ScriptGen = new("script_gen", 0, JobTypes.ScriptGen);
    public static readonly Stage VoiceGen = new("voice_gen", 1, JobTypes.VoiceShot);
    public static readonly Stage VideoGen = new("video_gen", 2, JobTypes.RenderSegment);
    public static readonly Stage Compositing = new("compositing", 3, JobTypes.Compositing);

    private Stage(string name, int position, JobType parts) => (Name, Position, Parts) = (name, position, parts);

    public static IReadOnlyList<Stage> All { get; } = [ScriptGen, VoiceGen, VideoGen, Compositing];

    /// <summary>As in the table <c>stages</c> and in the API.</summary>
    public string Name { get; }

    public int Position { get; }

    /// <summary>The type of the jobs it consists of.</summary>
    public JobType Parts { get; }

    public override string ToString() => Name;
}
