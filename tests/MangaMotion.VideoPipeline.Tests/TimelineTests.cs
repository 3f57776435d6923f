using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;
using MangaMotion.VideoPipeline.Planning;
using MangaMotion.VideoPipeline.Stages.VideoGen;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Tests;

public sealed class TimelineTests
{
    [Fact]
    public void Segments_cover_every_frame_once_and_speech_lies_within_its_shot()
    {
        var script = Script(ShotTransition.Cut, ShotTransition.Fade, ShotTransition.Fade, ShotTransition.Cut, ShotTransition.Fade);
        var speech = new Dictionary<string, double> { ["s1"] = 3.2, ["s2"] = 11.05, ["s4"] = 0.4 };

        var timeline = Timeline.Create(script, speech);

        timeline.Segments.Sum(segment => segment.Frames).ShouldBe(timeline.Frames);
        timeline.Segments.ShouldAllBe(segment => segment.Frames > 0 && segment.FirstFrame >= 0);
        timeline.Segments.Count(segment => segment.NextShot is not null).ShouldBe(3);
        foreach (var (shot, place) in timeline.Shots.Select((shot, place) => (shot, place)))
        {
            timeline.Segments.Where(segment => segment.Shot == place || segment.NextShot == place).Sum(segment => segment.Frames).ShouldBe(
                shot.Frames);
            if (speech.TryGetValue(shot.Shot.Id, out var seconds))
            {
                shot.SpeechStart.ShouldBeGreaterThanOrEqualTo((double)shot.Start / timeline.Fps);
                (shot.SpeechStart + seconds).ShouldBeLessThanOrEqualTo((double)(shot.Start + shot.Frames) / timeline.Fps);
            }
        }

        timeline.Shots.Zip(timeline.Shots.Skip(1)).ShouldAllBe(pair => pair.Second.Start <= pair.First.Start + pair.First.Frames);
        timeline.Shots.Zip(timeline.Shots.Skip(1)).ShouldAllBe(pair => pair.Second.SpeechStart > pair.First.SpeechStart);
    }

    [Fact]
    public void A_longer_line_changes_only_its_segment_and_the_transitions_beside_it()
    {
        var script = Script(ShotTransition.Cut, ShotTransition.Fade, ShotTransition.Fade, ShotTransition.Fade, ShotTransition.Fade);
        var before = Timeline.Create(script, new Dictionary<string, double> { ["s2"] = 4 });
        var after = Timeline.Create(script, new Dictionary<string, double> { ["s2"] = 9 });

        Shown(before).Zip(Shown(after)).Count(pair => pair.First != pair.Second).ShouldBeInRange(1, 3);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(12.0)]
    public void A_spoken_shot_is_little_longer_than_its_speech(double spoken)
    {
        var script = Script(Enumerable.Repeat(ShotTransition.Cut, 3).ToArray());
        const string Line = "Many words that the voice says, so the viewer need not read them.";
        script = script with { Shots = [.. script.Shots.Select(shot => shot with { Line = Line })] };

        var timeline = Timeline.Create(script, script.Shots.ToDictionary(shot => shot.Id, _ => spoken));

        timeline.Seconds.ShouldBe(3 * Math.Max(spoken + 0.6, 1.5), 0.1);
    }

    [Fact]
    public void A_line_without_speech_has_time_to_be_read()
    {
        var script = Script(ShotTransition.Cut);
        script = script with { Shots = [script.Shots[0] with { Line = "Twelve words that no voice says, so the viewer must read them." }] };

        Timeline.Create(script, new Dictionary<string, double>()).Seconds.ShouldBe(7, 0.1);
    }

    [Fact]
    public void A_chosen_duration_is_kept_unless_it_would_cut_off_the_speech()
    {
        var script = Script(ShotTransition.Cut);
        Create(duration: 12).Seconds.ShouldBe(12);
        Create(duration: 2).Seconds.ShouldBe(5.6, 0.1);

        Timeline Create(double duration) => Timeline.Create(
            script with { Shots = [script.Shots[0] with { Duration = duration }] }, new Dictionary<string, double> { ["s0"] = 5 });
    }

    [Theory]
    [InlineData(0, 500, 1000, CameraMove.TiltDown, 4.0)]
    [InlineData(700, 500, 1000, CameraMove.TiltDown, 2.6)] // Nothing is left to see.
    [InlineData(0, 1000, 400, CameraMove.Pan, 4.0)]
    [InlineData(0, 700, 400, CameraMove.PushIn, 2.6)]
    public void A_shot_is_longer_than_its_speech_by_the_move_to_what_is_left_of_its_panel(
        int bubble, int width, int height, CameraMove move, double seconds)
    {
        var script = Script(ShotTransition.Cut);
        var shot = script.Shots[0] with
        {
            Line = "Look at that!",
            Panel = new() { X = 0, Y = 0, Width = width, Height = height },
            Lettering = [new() { X = 20, Y = bubble + 20, Width = 200, Height = 200, Letters = 10 }],
        };
        script = script with { Shots = [shot] };
        var speech = new Dictionary<string, double> { ["s0"] = 2 };

        var timeline = Timeline.Create(script, speech);

        timeline.Seconds.ShouldBe(seconds, 0.05);
        var segment = SegmentSpec.Create(script, timeline, timeline.Segments[0], new Dictionary<string, IReadOnlyList<SpeechWord>>());
        ShotStage.PlanPath(segment, segment.Views[0]).Move.ShouldBe(move);
    }

    [Fact]
    public void Equal_parts_have_one_id_and_different_parts_different_ids()
    {
        var video = Guid.NewGuid();
        PartId.Create(video, Stage.VideoGen, "a").ShouldBe(PartId.Create(video, Stage.VideoGen, "a"));
        new[]
        {
            PartId.Create(video, Stage.VideoGen, "a"), PartId.Create(video, Stage.VideoGen, "b"),
            PartId.Create(video, Stage.VoiceGen, "a"), PartId.Create(Guid.NewGuid(), Stage.VideoGen, "a"),
        }.Distinct().Count().ShouldBe(4);
        ContentHash.Compute("ab", "c").ShouldNotBe(ContentHash.Compute("a", "bc"));
    }

    /// <summary>Lists the values that the picture of each segment depends on.</summary>
    private static IEnumerable<(int, int?, int, int, int, int?)> Shown(Timeline timeline) => timeline.Segments.Select(segment => (
        segment.Shot, segment.NextShot, segment.FirstFrame, segment.Frames, timeline.Shots[segment.Shot].Frames,
        segment.NextShot is { } next ? timeline.Shots[next].Frames : (int?)null));

    private static VideoScript Script(params ShotTransition[] transitions) => new()
    {
        Title = "Test",
        Language = "en",
        Direction = ReadingDirection.LeftToRight,
        Width = 320,
        Height = 180,
        Fps = 30,
        Pages = [new() { Number = 1, Name = "1", Width = 1000, Height = 1000 }],
        Shots =
        [
            .. transitions.Select((transition, i) => new ScriptShot
            {
                Id = $"s{i}",
                Page = 1,
                Panel = new() { X = 0, Y = 0, Width = 500, Height = 500 },
                Confidence = 1,
                Transition = transition,
            }),
        ],
    };
}
