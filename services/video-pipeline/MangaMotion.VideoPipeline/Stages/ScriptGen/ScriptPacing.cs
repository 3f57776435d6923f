using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;

namespace MangaMotion.VideoPipeline.Stages.ScriptGen;

/// <summary>Pauses and transitions of a script as its owner chose them. They stand in the script, where they can be edited.</summary>
internal static class ScriptPacing
{
    public static VideoScript Apply(VideoScript script, VideoOptions options) =>
        script with { Shots = [.. script.Shots.Select(shot => Apply(shot, options))] };

    private static ScriptShot Apply(ScriptShot shot, VideoOptions options)
    {
        var duration = shot is { Line: null, Duration: { } seconds }
            ? Math.Round(Math.Clamp(seconds * (options.Pace ?? 1), ScriptLimits.MinShotSeconds, ScriptLimits.MaxShotSeconds), 1)
            : shot.Duration;
        var transition = options.Transitions switch
        {
            "all" => ShotTransition.Fade,
            "none" => ShotTransition.Cut,
            _ => shot.Transition,
        };
        return shot with { Duration = duration, Transition = transition };
    }
}
