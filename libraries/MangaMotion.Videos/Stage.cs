using MangaMotion.Jobs;

namespace MangaMotion.Videos;

/// <summary>One of the four stages of a video; each contributes a quarter of the progress.</summary>
public sealed record Stage
{
    public static readonly Stage ScriptGen = new(0, VideoJobs.ScriptGen);
    public static readonly Stage VoiceGen = new(1, VideoJobs.VoiceGen);
    public static readonly Stage VideoGen = new(2, VideoJobs.VideoGen);
    public static readonly Stage Compositing = new(3, VideoJobs.Compositing);

    private Stage(int position, JobType parts) => (Position, Parts) = (position, parts);

    /// <summary>The stages in order.</summary>
    public static IReadOnlyList<Stage> All { get; } = [ScriptGen, VoiceGen, VideoGen, Compositing];

    /// <summary>Name in the table <c>stages</c> and in the API, such as <c>script_gen</c>.</summary>
    public string Name => Parts.Stage;

    /// <summary>Position in <see cref="All"/>, 0 to 3.</summary>
    public int Position { get; }

    /// <summary>Progress of the video when the stage begins, in percent.</summary>
    public short FirstProgress => (short)(25 * Position);

    /// <summary>Type of the jobs that are the parts of the stage.</summary>
    public JobType Parts { get; }

    public override string ToString() => Name;
}
