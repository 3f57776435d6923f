using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.VideoPipeline.Stages.ScriptGen;

namespace MangaMotion.VideoPipeline.Tests;

public sealed class ScriptPacingTests
{
    private static readonly PanelBox Panel = new() { X = 0, Y = 0, Width = 400, Height = 300 };

    private static readonly VideoScript Script = VideoRig.Script(
        320, 180,
        VideoRig.Shot(1, 1, Panel, null) with { Duration = 2 },
        VideoRig.Shot(1, 2, Panel, null, ShotTransition.Cut) with { Duration = 0.6 },
        VideoRig.Shot(1, 3, Panel, "A line.", ShotTransition.Cut) with { Duration = 3 });

    [Theory]
    [InlineData(null, null, "2,0.6,3 Fade,Cut,Cut")]
    [InlineData(1.6, "all", "3.2,1,3 Fade,Fade,Fade")]
    [InlineData(0.5, "none", "1,0.5,3 Cut,Cut,Cut")]
    public void Silent_shots_and_transitions_follow_the_options(double? pace, string? transitions, string expected)
    {
        var shots = ScriptPacing.Apply(Script, new VideoOptions { Pace = pace, Transitions = transitions }).Shots;

        var durations = string.Join(',', shots.Select(shot => FormattableString.Invariant($"{shot.Duration}")));
        $"{durations} {string.Join(',', shots.Select(shot => shot.Transition))}".ShouldBe(expected);
    }
}
