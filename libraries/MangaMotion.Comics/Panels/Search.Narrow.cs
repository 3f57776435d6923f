namespace MangaMotion.Comics.Panels;

/// <content>Gutters so narrow that no straight line lies within them from end to end, for their frames were drawn by hand.</content>
internal sealed partial class Search
{
    private const double MinWide = 0.9;
    private const double MinNarrowOpen = 0.3;
    private const double MinNarrowDrop = 0.6;

    private void FindNarrow(double full, int longest, ref Cut? best)
    {
        for (var line = 0; line < _lines; line++)
        {
            if (!MayBeNarrow(line, full))
                continue;
            var from = line;
            while (line + 1 < _lines && MayBeNarrow(line + 1, full))
                line++;
            Keep(ref best, JudgeNarrow(from, line, longest));
        }
    }

    private bool MayBeNarrow(int line, double full) => _inside[line] >= full && _inside[line] > 0 && _blank[line] >= MinWide;

    private Cut? JudgeNarrow(int from, int to, int longest)
    {
        if (from == 0 || to == _lines - 1 || to - from > 0.03 * _unit)
            return null;
        double before = Total(0, from), after = Total(to + 1, _lines), all = Total(0, _lines);
        if (Math.Min(before, after) < MinShare * all || Math.Min(before, after) / longest < 0.06 * _unit)
            return null;

        var peak = Max(_blank.AsSpan(from, to - from + 1));
        var opening = Max(_opening.AsSpan(from, to - from + 1));
        var drop = peak - Math.Max(
            Min(_blank.AsSpan(Math.Max(0, from - _reach)..from)), Min(_blank.AsSpan((to + 1)..Math.Min(_lines, to + 1 + _reach))));
        if (opening < MinNarrowOpen || drop < MinNarrowDrop)
            return null;

        var score = peak + (0.5 * opening) + (0.6 * drop) - 0.3 - (0.25 * Math.Abs(_slope));
        var padding = _all.Padding(_slope);
        // What was spread over the frames is given back to the panels.
        var inset = Math.Min(2, (to - from) / 2);
        return new Cut(_axis, _slope, from + inset - padding, to - inset - padding, score, CutKind.Narrow, Math.Clamp(0.4 + (0.5 * opening), 0, 1));
    }
}
