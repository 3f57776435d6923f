using System.Text.Json;
using MangaMotion.Comics.Script;

namespace MangaMotion.Videos;

/// <summary>Parts that an edit of a script makes again, at most: a part that an earlier version has made is reused.</summary>
/// <param name="Shots">Ids of the shots whose picture or length changes, in the order of the edited script.</param>
/// <param name="Lines">Number of lines to speak.</param>
/// <param name="Segments">Number of segments to render: shots, and transitions beside them.</param>
/// <param name="TotalSegments">Number of segments of the edited video.</param>
/// <param name="Composes">Whether the video is joined again.</param>
public sealed record EditEffect(IReadOnlyList<string> Shots, int Lines, int Segments, int TotalSegments, bool Composes)
{
    /// <summary>Compares an edited script with the one whose parts exist.</summary>
    /// <param name="made">Null if there are no parts.</param>
    public static EditEffect Create(VideoScript? made, VideoScript edited)
    {
        var (before, after) = (made is null ? [] : DescribeShots(made), DescribeShots(edited));
        var known = DescribeSegments(before);
        var segments = DescribeSegments(after);
        var spoken = made is null ? [] : DescribeLines(made);
        return new(
            [.. after.Where(shot => !known.Contains(shot.Content)).Select(shot => shot.Id)],
            DescribeLines(edited).Except(spoken).Count(),
            segments.Except(known).Count(),
            segments.Count,
            made is null || Serialize(made) != Serialize(edited));
    }

    /// <summary>Mean seconds of work, in parts one after another; null if the video has no finished part of a needed kind.</summary>
    public double? EstimateSeconds(IReadOnlyDictionary<string, double> secondsByType)
    {
        (int Parts, string Type)[] work =
            [(Lines, VideoJobs.VoiceGen.Name), (Segments, VideoJobs.VideoGen.Name), (Composes ? 1 : 0, VideoJobs.Compositing.Name)];
        var needed = work.Where(each => each.Parts > 0).ToList();
        return needed.TrueForAll(each => secondsByType.ContainsKey(each.Type))
            ? needed.Sum(each => each.Parts * secondsByType[each.Type])
            : null;
    }

    // A segment depends on its shots, on the length of their lines, and on the transitions at both ends of each shot.
    private static List<Shot> DescribeShots(VideoScript script) => [.. script.Shots.Select((shot, i) => new Shot(
        shot.Id,
        Serialize(new
        {
            script.Language,
            script.Direction,
            Shot = shot with { Id = "", Confidence = 1, LineConfidence = null, Flag = null, Draft = false, Transition = default },
            Speech = DescribeSpeech(script, shot),
            FadesIn = FadesIn(script, i),
            FadesOut = FadesIn(script, i + 1),
        }),
        FadesIn(script, i)))];

    private static HashSet<string> DescribeSegments(List<Shot> shots)
    {
        var segments = shots.Select(shot => shot.Content).ToHashSet(StringComparer.Ordinal);
        segments.UnionWith(shots.Zip(shots.Skip(1)).Where(pair => pair.Second.FadesIn)
            .Select(pair => $"{pair.First.Content}{pair.Second.Content}"));
        return segments;
    }

    private static HashSet<string> DescribeLines(VideoScript script) => script.Shots
        .Where(shot => !string.IsNullOrWhiteSpace(shot.Line))
        .Select(shot => Serialize(new { script.Language, shot.Line, shot.Speaker, Speech = DescribeSpeech(script, shot) }))
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>The voice and the pronunciations of a line as its cast has them.</summary>
    private static object DescribeSpeech(VideoScript script, ScriptShot shot) => new
    {
        Voice = script.Cast?.FindVoice(shot.Speaker),
        Pronunciations = script.Cast?.ListPronunciations(shot.Line ?? "", script.Language) ?? [],
    };

    private static bool FadesIn(VideoScript script, int position) =>
        position > 0 && position < script.Shots.Count && script.Shots[position].Transition == ShotTransition.Fade;

    private static string Serialize<T>(T value) => JsonSerializer.Serialize(value, VideoJson.Options);

    /// <param name="Content">Everything that its segment depends on.</param>
    private sealed record Shot(string Id, string Content, bool FadesIn);
}
