using static MangaMotion.Comics.Panels.PanelTuning;

namespace MangaMotion.Comics.Panels;

/// <content>Narrow gutters between hand-drawn frames: no straight line stays inside them from end to end.</content>
internal sealed partial class GutterSearch
{
    private void FindNarrowGutters(double minLength, int longest, ref Cut? best)
    {
        for (var line = 0; line < _lineCount; line++)
        {
            if (!MayBeNarrow(line, minLength))
                continue;
            var from = line;
            while (line + 1 < _lineCount && MayBeNarrow(line + 1, minLength))
                line++;
            KeepBetter(ref best, JudgeNarrow(from, line, longest));
        }
    }

    private bool MayBeNarrow(int line, double minLength) => IsLongEnough(line, minLength) && _blankShares[line] >= MinNarrowBlank;

    /// <summary>Scores a run of lines as a narrow gutter; null if it is not one.</summary>
    private Cut? JudgeNarrow(int from, int to, int longest)
    {
        if (to - from > MaxNarrowWidth * _unit || !LeavesTwoSides(from, to, longest))
            return null;
        var peak = FindMax(_blankShares.AsSpan(from, to - from + 1));
        var opening = FindMax(_openShares.AsSpan(from, to - from + 1));
        var drop = peak - Math.Max(FindMin(LinesBefore(_blankShares, from)), FindMin(LinesAfter(_blankShares, to)));
        if (opening < MinNarrowOpen || drop < MinNarrowDrop)
            return null;

        var score = peak + (OpenWeight * opening) + (LowDropWeight * drop) - NarrowPenalty - (SlopePenalty * Math.Abs(_slope));
        // The open pixels were widened over the frames; the cut leaves the frames to the panels.
        var inset = Math.Min(PageMasks.SpreadWidth, (to - from) / 2);
        return CreateCut(from + inset, to - inset, score, CutKind.Narrow, ClosedCertainty + (NarrowOpenCertainty * opening));
    }
}
