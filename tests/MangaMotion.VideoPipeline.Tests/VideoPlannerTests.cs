using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Film.Captions;
using MangaMotion.Media.Workspaces;
using MangaMotion.VideoPipeline.Planning;
using MangaMotion.VideoPipeline.Stages.VideoGen;
using MangaMotion.VideoPipeline.Stages.VoiceGen;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Tests;

public sealed class VideoPlannerTests
{
    private static readonly VideoOptions Burnt = new() { Language = "en", Music = true, BurnSubtitles = true };

    private static readonly Func<VideoScript, VideoScript>[] Edits =
    [
        script => script,
        script => script with { Title = "Another" },
        script => script with { Shots = [.. script.Shots.Select(shot => shot with { Flag = ShotFlag.Doubtful, Confidence = 0.3 })] },
        script => ReplaceShot(script, 1, shot => shot with { Line = "Another line that takes far longer to say than the old one." }),
        script => ReplaceShot(script, 0, shot => shot with { Move = CameraMove.TiltDown }),
        script => ReplaceShot(script, 2, shot => shot with { Duration = 30 }),
        script => ReplaceShot(script, 1, shot => shot with { Transition = ShotTransition.Cut }),
        script => ReplaceShot(script, 1, shot => shot with { Panel = shot.Panel with { Width = shot.Panel.Width - 1 } }),
        script => script with
        {
            Cast = new() { Pronunciations = [new() { Word = "mira", Say = "Meera" }, new() { Word = "line", Say = "x", Language = "ja" }] },
        },
        script => ReplaceShot(script, 4, shot => shot with { Speaker = "Mira" }) with
        {
            Cast = new() { Voices = [new() { Speaker = "MIRA", Voice = "flite" }, new() { Speaker = "Ben", Voice = "espeak" }] },
        },
        script => script with { Shots = [.. script.Shots.Skip(1)] },
        script => script with { Shots = [.. script.Shots.SkipLast(1)] },
    ];

    private readonly VideoPlanner _planner = new(new NoVoice(), new NoRenderer());

    [Fact]
    public void A_preview_of_a_shot_is_the_segment_that_the_video_has()
    {
        var script = CreateScript("Every night, Mira lights the lamp.");
        var whole = PlanSegments(script, Burnt);
        foreach (var (position, shot) in script.Shots.Index())
        {
            var words = SpeakWords(shot.Line!);
            var preview = _planner.PlanSegment(
                script, [new StoredPage(1, "page", "hash")], position, new("sound", words[^1].End, words, Draft: false), Burnt);
            whole.ShouldContain(segment => segment.Hash == preview.Hash, $"shot {shot.Id}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_changed_line_makes_one_speech_and_three_segments_of_a_long_video(bool burnt)
    {
        var before = CreateScript("Every night, Mira lights the lamp.");
        var after = CreateScript("Every night, and be it ever so stormy, Mira climbs all the stairs of the tower and lights the lamp.");
        var options = Burnt with { BurnSubtitles = burnt };

        var speeches = _planner.PlanSpeech(before, options).Zip(_planner.PlanSpeech(after, options));
        var (old, planned) = (PlanSegments(before, options), PlanSegments(after, options));

        speeches.Count(pair => pair.First!.Hash != pair.Second!.Hash).ShouldBe(1);
        planned.Select(segment => segment.Hash).Except(old.Select(segment => segment.Hash)).Count().ShouldBe(3);
        planned.Count.ShouldBe((2 * before.Shots.Count) - 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    public void The_preview_of_an_edit_counts_what_the_planner_plans(int edit)
    {
        var before = CreateScript("Every night, Mira lights the lamp.");
        var after = Edits[edit](before);

        var effect = EditEffect.Create(before, after);

        var speeches = _planner.PlanSpeech(after, Burnt).OfType<SpeechPlan>().Select(plan => plan.Hash);
        effect.Lines.ShouldBe(speeches.Except(_planner.PlanSpeech(before, Burnt).OfType<SpeechPlan>().Select(plan => plan.Hash)).Count());
        var segments = PlanSegments(after, Burnt).Select(plan => plan.Hash).ToHashSet();
        effect.TotalSegments.ShouldBe(segments.Count);
        var planned = segments.Except(PlanSegments(before, Burnt).Select(plan => plan.Hash)).Count();
        // A line that is said otherwise, and a shot that loses its transition, can keep their length, which the preview does not compute.
        var spare = edit == Edits.Length - 1 ? 1 : after.Cast is null ? 0 : 3;
        (effect.Segments - planned).ShouldBeInRange(0, spare);
        effect.Composes.ShouldBe(ContentHash.Compute(before) != ContentHash.Compute(after));
        var whole = EditEffect.Create(null, after);
        (whole.Segments, whole.Shots.Count, whole.Composes).ShouldBe((segments.Count, after.Shots.Count, true));
    }

    [Fact]
    public void A_cast_changes_the_lines_of_its_speakers_and_words_only()
    {
        var script = CreateScript("Every night, Mira lights the lamp.");
        var speaking = ReplaceShot(script, 4, shot => shot with { Speaker = "Mira" });
        var cast = new ScriptCast
        {
            Voices = [new() { Speaker = "mira", Voice = "flite" }],
            Pronunciations = [new() { Word = "mira", Say = "Meera" }, new() { Word = "line", Say = "laine", Language = "ja" }],
        };

        var (before, after) = (_planner.PlanSpeech(speaking, Burnt), _planner.PlanSpeech(speaking with { Cast = cast }, Burnt));

        var changed = after.Select((plan, i) => (plan, i)).Where(each => each.plan!.Hash != before[each.i]!.Hash);
        changed.Select(each => $"{each.i} {each.plan!.Options.Voice} {each.plan.Pronunciations.Count}").ShouldBe(["2  1", "4 flite 0"]);
    }

    [Fact]
    public void Subtitles_in_the_picture_are_those_of_the_shots_that_a_segment_shows()
    {
        var script = CreateScript("Every night, Mira lights the lamp.");

        PlanSegments(script, Burnt with { BurnSubtitles = false }).ShouldAllBe(segment => segment.Spec.Captions.Count == 0);
        foreach (var segment in PlanSegments(script, Burnt))
        {
            segment.Spec.Captions.ShouldAllBe(caption =>
                caption.FirstFrame >= 0 && caption.FirstFrame < caption.EndFrame && caption.EndFrame <= segment.Spec.Frames);
            if (segment.Spec.Views is [var view])
            {
                var shown = string.Join(' ', segment.Spec.Captions.Select(caption => caption.Text.ReplaceLineEndings(" ")));
                shown.ShouldBe(script.Shots.Single(shot => shot.Id == view.Shot.Id).Line);
            }
        }
    }

    [Fact]
    public void Captions_word_by_word_show_each_word_of_the_line_once_as_spoken()
    {
        var script = CreateScript("Every night, Mira lights the lamp.");

        foreach (var segment in PlanSegments(script, Burnt with { Captions = "words" }).Where(segment => segment.Spec.Views.Count == 1))
        {
            var captions = segment.Spec.Captions;
            var spoken = captions.Select(caption => caption.Text.Substring(caption.Spoken!.Value.At, caption.Spoken.Value.Length));
            string.Join(' ', spoken).ShouldBe(script.Shots.Single(shot => shot.Id == segment.Spec.Views[0].Shot.Id).Line);
            captions.ShouldAllBe(caption => caption.Text.Split(' ').Length <= 3 && !caption.Text.Contains('\n'));
            captions.Zip(captions.Skip(1)).ShouldAllBe(pair => pair.First.EndFrame <= pair.Second.FirstFrame);
        }
    }

    [Theory]
    [InlineData(320, 180, "lines")]
    [InlineData(180, 320, "lines")]
    [InlineData(180, 320, "words")]
    public void Captions_cover_no_lettering_of_the_panel(int width, int height, string form)
    {
        var layout = CaptionLayout.Create(new(width, height, 30));
        var script = CreateScript("Every night, Mira lights the lamp.") with { Width = width, Height = height };
        script = ReplaceShot(
            script, 3, shot => shot with { Lettering = [new() { X = shot.Panel.X + 40, Y = 230, Width = 300, Height = 70 }] });

        var segments = PlanSegments(script, Burnt with { Captions = form }).Where(segment => segment.Spec.Views.Count == 1).ToList();

        segments[3].Spec.Captions.ShouldAllBe(caption => caption.BottomMargin > layout.BottomMargin);
        segments.Where((_, i) => i != 3).ShouldAllBe(segment => segment.Spec.Captions.All(caption => caption.BottomMargin == null));
        foreach (var (spec, view, box) in segments.Select(plan => (plan.Spec, plan.Spec.Views[0], plan.Spec.Views[0].Shot.Lettering![0])))
        {
            var path = ShotStage.PlanPath(spec, view);
            foreach (var caption in spec.Captions)
            {
                var bottom = height - (caption.BottomMargin ?? layout.BottomMargin);
                var window = path.GetWindow((view.FirstFrame + caption.FirstFrame) / 30.0);
                var (from, to) = ((box.Y - window.Y) * height / window.Height, (box.Y + box.Height - window.Y) * height / window.Height);
                (from >= bottom || to <= bottom - layout.Measure(caption).Height).ShouldBeTrue($"{caption} and {from} to {to}");
            }
        }
    }

    private IReadOnlyList<SegmentPlan> PlanSegments(VideoScript script, VideoOptions options)
    {
        var words = script.Shots.ToDictionary(shot => shot.Id, shot => SpeakWords(shot.Line!));
        var timeline = Timeline.Create(script, words.ToDictionary(pair => pair.Key, pair => pair.Value[^1].End));
        return _planner.PlanSegments(script, [new StoredPage(1, "page", "hash")], timeline, options, words);
    }

    private static VideoScript ReplaceShot(VideoScript script, int position, Func<ScriptShot, ScriptShot> edit) =>
        script with { Shots = [.. script.Shots.Select((shot, i) => i == position ? edit(shot) : shot)] };

    /// <summary>A third of a second for each word.</summary>
    private static IReadOnlyList<SpeechWord> SpeakWords(string line) =>
        [.. line.Split(' ').Select((word, i) => new SpeechWord(word, i / 3.0, (i + 1) / 3.0))];

    private static VideoScript CreateScript(string third)
    {
        var script = VideoRig.Script(320, 180, [.. Enumerable.Range(1, 40).Select(i => VideoRig.Shot(
            1, i, new PanelBox { X = 10 * i, Y = 0, Width = 400, Height = 300 }, i == 3 ? third : $"This is the line of shot {i}.") with
        {
            Lettering = [new LetteringBox { X = (10 * i) + 20, Y = 20, Width = 100, Height = 40 }],
        })]);
        return script;
    }

    private sealed class NoVoice : IShotVoice
    {
        public string Version => "voice";

        public Task<ShotSpeech> SpeakAsync(
            ScriptShot shot, VideoOptions options, IReadOnlyList<Pronunciation> pronunciations, Workspace workspace,
            CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }

    private sealed class NoRenderer : ISegmentRenderer
    {
        public string Version => "camera";

        public Task<RenderedSegment> RenderAsync(
            SegmentSpec segment, IReadOnlyDictionary<int, string> pages, Workspace workspace, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
