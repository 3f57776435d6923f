using MangaMotion.Jobs;

namespace MangaMotion.VideoPipeline;

/// <summary>One of the four stages of a video; each is a quarter of the progress.</summary>
public sealed record Stage
{
    public static readonly Stage ScriptGen = new(0, JobTypes.ScriptGen);
    public static readonly Stage VoiceGen = new(1, JobTypes.VoiceShot);
    public static readonly Stage VideoGen = new(2, JobTypes.RenderSegment);
    public static readonly Stage Compositing = new(3, JobTypes.Compositing);

    private Stage(int position, JobType parts) => (Position, Parts) = (position, parts);

    public static IReadOnlyList<Stage> All { get; } = [ScriptGen, VoiceGen, VideoGen, Compositing];

    /// <summary>As in the table <c>stages</c> and in the API.</summary>
    public string Name => Parts.Stage;

    public int Position { get; }

    /// <summary>The type of the jobs it consists of.</summary>
    public JobType Parts { get; }

    public override string ToString() => Name;
}
