using static MangaMotion.Comics.Panels.PanelTuning;

namespace MangaMotion.Comics.Panels;

/// <content>Frame lines between panels that have no gutter.</content>
internal sealed partial class GutterSearch
{
    private void FindFrameLines(double minLength, int longest, bool allowSharedFrames, ref Cut? best)
    {
        for (var line = 1; line < _lineCount - 1; line++)
        {
            var frame = _frameShares[line];
            if (_lengths[line] >= minLength && frame >= MinFrame && frame >= _frameShares[line - 1] && frame > _frameShares[line + 1])
                KeepBetter(ref best, JudgeFrameLine(line, longest, allowSharedFrames));
        }
    }

    /// <summary>
    /// Scores a dark line that separates two panels; null if it does not. The line is a shared frame, or the frame of one panel beside an
    /// unframed drawing. Its gaps must be open paper, where it crosses a gutter or the margin.
    /// </summary>
    private Cut? JudgeFrameLine(int line, int longest, bool allowSharedFrames)
    {
        int from = line, to = line;
        while (from > 0 && _frameShares[from - 1] > FrameFalloff * _frameShares[line])
            from--;
        while (to < _lineCount - 1 && _frameShares[to + 1] > FrameFalloff * _frameShares[line])
            to++;
        if (from == 0 || to == _lineCount - 1 || to - from > MaxFrameWidth * _unit)
            return null;

        var smallerSide = Math.Min(SumLengths(0, from), SumLengths(to + 1, _lineCount));
        var lessDrawn = Math.Min(MeasureDrawnShare(0, from), MeasureDrawnShare(to + 1, _lineCount));
        if (smallerSide / longest < MinFrameSideDepth * _unit || lessDrawn < MinFrameSideDrawn)
            return null;

        double frame = _frameShares[line];
        var lowDrop = Math.Min(frame - FindMin(LinesBefore(_frameShares, from)), frame - FindMin(LinesAfter(_frameShares, to)));
        if (lowDrop < MinFrameDrop)
            return null;

        var beside = Math.Max(FindMax(LinesBefore(_openShares, from)), FindMax(LinesAfter(_openShares, to)));
        // Balloons cover frames beside open paper. Inside a closed panel the same white is a wall.
        var balloons = BalloonWeight * MeasureClosedBlankShare(line);
        var covered = Math.Min(1, frame + _openShares[line] + (beside > BesideOpen ? balloons : 0));
        // Drawings have many thin lines, so on a page with gutters only a line as thick as the frames counts.
        var thick = allowSharedFrames
            ? MeasureThickness(line) >= (MinSharedThickness * _frameWidth) - 1
            : _frameWidth >= BoldFrame && MeasureThickness(line) >= MinThickness * _frameWidth;
        // A row of balloons over a shared frame is accepted if the ends of the frame are drawn.
        var whole = covered >= MinCovered
            || (allowSharedFrames && frame >= MinSharedFrame && covered + balloons >= MinSharedCovered && HasDrawnEnds(line));
        var accepted = beside > BesideOpen ? covered >= MinCoveredBesideOpen : whole && thick;
        if (!accepted)
            return null;

        var score = covered + (OpenWeight * beside) + (LowDropWeight * lowDrop) - FrameLinePenalty - (SlopePenalty * Math.Abs(_slope));
        return CreateCut(from, to, score, CutKind.FrameLine, ClosedCertainty + (FrameOpenCertainty * beside));
    }

    /// <summary>Whether a line is dark where it meets the region's sides.</summary>
    private bool HasDrawnEnds(int line)
    {
        var strips = Math.Max(2, (int)Math.Round(FrameEndLength * _region.StripCount));
        var (first, last) = FindStripRange(line);
        return IsDrawn(first, 1) && IsDrawn(last, -1);

        bool IsDrawn(int strip, int step)
        {
            int inside = 0, drawn = 0;
            for (var i = 0; i < strips; i++, strip += step)
            {
                inside += _region.CountAt(_slope, line, strip);
                drawn += _inkRuns.CountAt(_slope, line, strip);
            }

            return drawn > MinEndInk * inside;
        }
    }

    /// <summary>Measures the median thickness of a dark line in pixels; 0 if most of it is not dark.</summary>
    private double MeasureThickness(int line)
    {
        var widths = new List<int>(_dark.StripCount);
        for (var strip = 0; strip < _dark.StripCount; strip++)
        {
            var from = line;
            if (!IsDark(from))
                from = IsDark(line - 1) ? line - 1 : line + 1;
            if (!IsDark(from))
                continue;
            var to = from;
            while (line - from < MaxLineThickness && IsDark(from - 1))
                from--;
            while (to - line < MaxLineThickness && IsDark(to + 1))
                to++;
            widths.Add(to - from + 1);

            bool IsDark(int i) => 2 * _dark.CountAt(_slope, i, strip) > _region.CountAt(_slope, i, strip);
        }

        return FindMedianThickness(widths);
    }

    /// <summary>Measures the median thickness, in pixels, of the frame at the left and right side of a region.</summary>
    private static double MeasureFrameWidth(Region region, PageMasks masks)
    {
        const int RowStep = 3;
        var widths = new List<int>();
        for (var y = 0; y < region.Height; y += RowStep)
        {
            var row = region.GetRow(y);
            int first = row.IndexOf((byte)1), last = row.LastIndexOf((byte)1), start = ((region.Y + y) * masks.Width) + region.X;
            if (first < 0)
                continue;
            widths.Add(MeasureRun(start + first, 1, last - first + 1));
            widths.Add(MeasureRun(start + last, -1, last - first + 1));
        }

        return FindMedianThickness(widths);

        int MeasureRun(int start, int step, int length)
        {
            var offset = 0;
            while (offset < Math.Min(MaxFrameOffset, length) && masks.Dark[start + (offset * step)] == 0)
                offset++;
            var end = offset;
            while (end < length && end - offset <= MaxLineThickness && masks.Dark[start + (end * step)] != 0)
                end++;
            return end - offset;
        }
    }

    private static double FindMedianThickness(List<int> widths)
    {
        var lines = widths.FindAll(width => width is > 0 and < MaxLineThickness);
        lines.Sort();
        return lines.Count <= MinMeasuredPlaces * widths.Count ? 0 : lines[lines.Count / 2];
    }

    /// <summary>Measures the share of a line that is blank but not open: balloons over the line.</summary>
    private double MeasureClosedBlankShare(int line)
    {
        var closed = 0;
        for (var strip = 0; strip < _region.StripCount; strip++)
            closed += _papers[0].Blank.CountAt(_slope, line, strip) - _papers[0].Open.CountAt(_slope, line, strip);
        return (double)closed / _lengths[line];
    }

    /// <summary>Measures the share of these lines that is not open paper.</summary>
    private double MeasureDrawnShare(int from, int to)
    {
        double open = 0, all = 0;
        for (var line = from; line < to; line++)
        {
            open += _openShares[line] * _lengths[line];
            all += _lengths[line];
        }

        return all == 0 ? 0 : 1 - (open / all);
    }
}
