namespace MangaMotion.Comics.Panels;

/// <content>Panels that meet at one line, without a gutter.</content>
internal sealed partial class Search
{
    private const double MinFrame = 0.6;

    private void FindFrames(double full, int longest, bool shared, ref Cut? best)
    {
        for (var line = 1; line < _lines - 1; line++)
        {
            if (_inside[line] >= full && _frame[line] >= MinFrame && _frame[line] >= _frame[line - 1] && _frame[line] > _frame[line + 1])
                Keep(ref best, JudgeFrame(line, longest, shared));
        }
    }

    /// <summary>
    /// Decides whether a dark line parts two panels: a frame that is shared, or that an open drawing leans on. Where it has gaps the
    /// page must be open (it runs past a gutter or the margin).
    /// </summary>
    private Cut? JudgeFrame(int line, int longest, bool shared)
    {
        int from = line, to = line;
        while (from > 0 && _frame[from - 1] > 0.6 * _frame[line])
            from--;
        while (to < _lines - 1 && _frame[to + 1] > 0.6 * _frame[line])
            to++;
        if (from == 0 || to == _lines - 1 || to - from > 0.016 * _unit)
            return null;

        double before = Total(0, from), after = Total(to + 1, _lines);
        if (Math.Min(before, after) / longest < 0.1 * _unit || Math.Min(Drawn(0, from), Drawn(to + 1, _lines)) < 0.15)
            return null;

        double frame = _frame[line];
        var dropBefore = frame - Min(_frame.AsSpan(Math.Max(0, from - _reach)..from));
        var dropAfter = frame - Min(_frame.AsSpan((to + 1)..Math.Min(_lines, to + 1 + _reach)));
        var beside = Math.Max(
            Max(_opening.AsSpan(Math.Max(0, from - _reach)..from)), Max(_opening.AsSpan((to + 1)..Math.Min(_lines, to + 1 + _reach))));
        var lowDrop = Math.Min(dropBefore, dropAfter);
        // Balloons lie over frames that stand beside open paper; inside closed panels the same white is a wall.
        var covered = Math.Min(1, frame + _opening[line] + (beside > 0.35 ? 0.8 * Closed(line) : 0));
        if (lowDrop < 0.4 || (beside > 0.35 ? covered < 0.86 : covered < 0.97 || !shared))
            return null;

        var score = covered + (0.5 * beside) + (0.6 * lowDrop) - 0.5 - (0.25 * Math.Abs(_slope));
        var padding = _all.Padding(_slope);
        return new Cut(_axis, _slope, from - padding, to - padding, score, CutKind.FrameLine, Math.Clamp(0.4 + (0.6 * beside), 0, 1));
    }

    /// <summary>The share of a line that is blank and not open: the inside of balloons that lie over it.</summary>
    private double Closed(int line)
    {
        var closed = 0;
        for (var strip = 0; strip < _all.StripCount; strip++)
            closed += _papers[0].Blank.At(_slope, line, strip) - _papers[0].Open.At(_slope, line, strip);
        return (double)closed / _inside[line];
    }

    /// <summary>The share of these lines that is not open paper.</summary>
    private double Drawn(int from, int to)
    {
        double open = 0, all = 0;
        for (var line = from; line < to; line++)
        {
            open += _opening[line] * _inside[line];
            all += _inside[line];
        }

        return all == 0 ? 0 : 1 - (open / all);
    }
}
