namespace MangaMotion.Comics.Panels;

/// <content>Panels that meet at one line, without a gutter.</content>
internal sealed partial class Search
{
    private const double MinFrame = 0.6;

    /// <summary>Pixels; what is wider is no line.</summary>
    private const int WidestFrame = 12;

    /// <summary>Pixels.</summary>
    private const double BoldFrame = 3;

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
        // Drawings are full of thin lines: among gutters only a line as bold as the frames is believed.
        var thick = shared ? Thickness(line) >= (0.6 * _frameWidth) - 1 : _frameWidth >= BoldFrame && Thickness(line) >= 0.8 * _frameWidth;
        // Balloons lie over frames that are shared, too, but a whole row of them is a frame: its ends are drawn.
        var whole = covered >= 0.97 || (shared && frame >= 0.78 && covered + (0.8 * Closed(line)) >= 0.95 && EndsDrawn(line));
        if (lowDrop < 0.4 || (beside > 0.35 ? covered < 0.86 : !whole || !thick))
            return null;

        var score = covered + (0.5 * beside) + (0.6 * lowDrop) - 0.5 - (0.25 * Math.Abs(_slope));
        var padding = _all.Padding(_slope);
        return new Cut(_axis, _slope, from - padding, to - padding, score, CutKind.FrameLine, Math.Clamp(0.4 + (0.6 * beside), 0, 1));
    }

    /// <summary>Whether a line is dark where it meets the region's sides.</summary>
    private bool EndsDrawn(int line)
    {
        var strips = Math.Max(2, (int)Math.Round(0.03 * _all.StripCount));
        int first = 0, last = _all.StripCount - 1;
        while (first < last && _all.At(_slope, line, first) == 0)
            first++;
        while (last > first && _all.At(_slope, line, last) == 0)
            last--;
        return Drawn(first, 1) && Drawn(last, -1);

        bool Drawn(int strip, int step)
        {
            int inside = 0, drawn = 0;
            for (var i = 0; i < strips; i++, strip += step)
            {
                inside += _all.At(_slope, line, strip);
                drawn += _ink.At(_slope, line, strip);
            }

            return drawn > 0.6 * inside;
        }
    }

    /// <summary>How wide the dark line is at most of its places, in pixels.</summary>
    private double Thickness(int line)
    {
        var widths = new List<int>(_dark.StripCount);
        for (var strip = 0; strip < _dark.StripCount; strip++)
        {
            int from = Dark(line) ? line : Dark(line - 1) ? line - 1 : line + 1, to = from;
            if (!Dark(from))
                continue;
            while (line - from < WidestFrame && Dark(from - 1))
                from--;
            while (to - line < WidestFrame && Dark(to + 1))
                to++;
            widths.Add(to - from + 1);

            bool Dark(int i) => 2 * _dark.At(_slope, i, strip) > _all.At(_slope, i, strip);
        }

        return Usual(widths);
    }

    /// <summary>How wide the frame is at most places of the region's sides, in pixels.</summary>
    private static double FrameWidth(Region region, PageMasks masks)
    {
        var widths = new List<int>();
        for (var y = 0; y < region.Height; y += 3)
        {
            var line = region.Row(y);
            int first = line.IndexOf((byte)1), last = line.LastIndexOf((byte)1), at = ((region.Y + y) * masks.Width) + region.X;
            if (first < 0)
                continue;
            widths.Add(Run(at + first, 1, last - first + 1));
            widths.Add(Run(at + last, -1, last - first + 1));
        }

        return Usual(widths);

        int Run(int at, int step, int most)
        {
            int i = 0, width = 0;
            while (i < Math.Min(4, most) && masks.Dark[at + (i * step)] == 0)
                i++;
            while (i < most && width <= WidestFrame && masks.Dark[at + (i * step)] != 0)
                (i, width) = (i + 1, width + 1);
            return width;
        }
    }

    private static double Usual(List<int> widths)
    {
        var lines = widths.FindAll(width => width is > 0 and < WidestFrame);
        lines.Sort();
        return lines.Count <= 0.3 * widths.Count ? 0 : lines[lines.Count / 2];
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
