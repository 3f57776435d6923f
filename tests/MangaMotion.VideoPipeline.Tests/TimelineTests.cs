using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;
using MangaMotion.VideoPipeline.Planning;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Tests;

public sealed class TimelineTests
{
    [Fact]
    public void Segments_cover_every_frame_once_and_speech_is_heard_while_its_shot_stands_alone()
    {
        var script = Script(ShotTransition.Cut, ShotTransition.Fade, ShotTransition.Fade, ShotTransition.Cut, ShotTransition.Fade);
        var speech = new Dictionary<string, double> { ["s1"] = 3.2, ["s2"] = 11.05, ["s4"] = 0.4 };

        var timeline = Timeline.Create(script, speech);

        timeline.Segments.Sum(segment => segment.Frames).ShouldBe(timeline.Frames);
        timeline.Segments.ShouldAllBe(segment => segment.Frames > 0 && segment.FirstFrame >= 0);
        timeline.Segments.Count(segment => segment.NextShot is not null).ShouldBe(3);
        foreach (var (shot, place) in timeline.Shots.Select((shot, place) => (shot, place)))
        {
            timeline.Segments.Where(segment => segment.Shot == place || segment.NextShot == place).Sum(segment => segment.Frames).ShouldBe(shot.Frames);
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
    public void A_longer_line_moves_later_shots_and_changes_only_its_own_segment_and_the_transitions_beside_it()
    {
        var script = Script(ShotTransition.Cut, ShotTransition.Fade, ShotTransition.Fade, ShotTransition.Fade, ShotTransition.Fade);
        var before = Timeline.Create(script, new Dictionary<string, double> { ["s2"] = 4 });
        var after = Timeline.Create(script, new Dictionary<string, double> { ["s2"] = 9 });

        Shown(before).Zip(Shown(after)).Count(pair => pair.First != pair.Second).ShouldBeInRange(1, 3);
    }

    [Fact]
    public void The_same_part_has_the_same_id_and_another_another()
    {
        var video = Guid.NewGuid();
        PartId.Create(video, Stage.VideoGen, "a").ShouldBe(PartId.Create(video, Stage.VideoGen, "a"));
        new[] { PartId.Create(video, Stage.VideoGen, "a"), PartId.Create(video, Stage.VideoGen, "b"), PartId.Create(video, Stage.VoiceGen, "a"), PartId.Create(Guid.NewGuid(), Stage.VideoGen, "a") }
            .Distinct().Count().ShouldBe(4);
        ContentHash.Compute("ab", "c").ShouldNotBe(ContentHash.Compute("a", "bc"));
    }

    /// <summary>What each segment's picture depends on.</summary>
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
