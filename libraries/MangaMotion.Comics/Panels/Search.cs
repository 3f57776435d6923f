namespace MangaMotion.Comics.Panels;

/// <summary>The search for gutters of one direction in one region.</summary>
internal sealed partial class Search
{
    private const double MinBlank = 0.72;
    private const double MinBlankCrossed = 0.5;
    private const double MinOpen = 0.5;
    private const double MinOpenCrossed = 0.42;
    private const double MinDrop = 0.33;
    private const double MinShare = 0.03;

    private readonly Axis _axis;
    private readonly double _unit;
    private readonly int _reach;
    private readonly LineSums _all;
    private readonly LineSums _open;
    private readonly LineSums _wide;
    private readonly LineSums _edge;
    private readonly LineSums _ink;
    private readonly LineSums _dark;
    private readonly double _frameWidth;
    private readonly (LineSums Blank, LineSums Open)[] _papers;

    private double _slope;
    private int _lines;
    private ushort[] _inside = [];
    private ushort[] _sums = [];
    private float[] _blank = [];
    private float[] _opening = [];
    private float[] _frame = [];

    public Search(Region region, Axis axis, PageMasks masks, double unit)
    {
        _axis = axis;
        _unit = unit;
        _reach = Math.Max(3, (int)(0.007 * unit));
        _all = Sums(null);
        _open = Sums(masks.Open);
        _wide = Sums(axis == Axis.Horizontal ? masks.WideAcross : masks.WideAlong);
        _edge = Sums(axis == Axis.Horizontal ? masks.EdgeAcross : masks.EdgeAlong);
        _ink = Sums(axis == Axis.Horizontal ? masks.InkAcross : masks.InkAlong);
        _dark = Sums(masks.Dark);
        _frameWidth = FrameWidth(region, masks);
        _papers = [.. masks.Papers.Select(paper => (Sums(paper.Blank), Sums(paper.Open)))];

        LineSums Sums(byte[]? mask) => new(region, mask, masks.Width, axis);
    }

    /// <summary>Adds the best cut of each paper, and the best frame line, among these slopes.</summary>
    /// <param name="shared">Whether a line with drawing on both sides may part panels: not on a page that has gutters.</param>
    public void AddBest(double[] slopes, bool shared, List<Cut> cuts)
    {
        var best = new Cut?[(2 * _papers.Length) + 2];
        foreach (var slope in slopes)
        {
            Aim(slope);
            var longest = Max(_inside.AsSpan(0, _lines));
            if (longest < 0.5 * _all.Length)
                continue;
            var full = 0.75 * Median(_inside.AsSpan(0, _lines), longest);
            Shares(_edge, _frame);
            for (var paper = 0; paper < _papers.Length; paper++)
            {
                Shares(_papers[paper].Blank, _blank);
                Shares(_papers[paper].Open, _opening);
                for (var line = 0; line < _lines; line++)
                {
                    if (!MayBeGutter(line, full))
                        continue;
                    var from = line;
                    while (line + 1 < _lines && MayBeGutter(line + 1, full))
                        line++;
                    if (Judge(_papers[paper].Open, from, line, longest) is { } cut)
                        Keep(ref best[(2 * paper) + (cut.Kind == CutKind.Crossed ? 1 : 0)], cut);
                }
            }

            Shares(_open, _opening);
            Shares(_wide, _blank);
            FindNarrow(full, longest, ref best[^2]);
            FindFrames(full, longest, shared, ref best[^1]);
            Shares(_ink, _frame);
            FindFrames(full, longest, shared, ref best[^1]);
        }

        cuts.AddRange(best.OfType<Cut>());
    }

    private static void Keep(ref Cut? best, Cut? cut)
    {
        if (cut is not null && cut.Score > (best?.Score ?? double.MinValue))
            best = cut;
    }

    private void Aim(double slope)
    {
        _slope = slope;
        _lines = _all.Depth + (2 * _all.Padding(slope));
        if (_inside.Length < _lines)
        {
            _inside = new ushort[_lines];
            _sums = new ushort[_lines];
            _blank = new float[_lines];
            _opening = new float[_lines];
            _frame = new float[_lines];
        }

        _all.Sum(slope, _inside.AsSpan(0, _lines));
    }

    private void Shares(LineSums counts, float[] shares)
    {
        counts.Sum(_slope, _sums.AsSpan(0, _lines));
        for (var line = 0; line < _lines; line++)
            shares[line] = _inside[line] == 0 ? 0 : (float)_sums[line] / _inside[line];
    }

    private bool MayBeGutter(int line, double full) =>
        _inside[line] >= full && _inside[line] > 0 && _blank[line] >= MinBlankCrossed && _opening[line] >= MinOpenCrossed;

    /// <summary>Decides whether a run of blank lines is a gutter, and how good a one.</summary>
    private Cut? Judge(LineSums open, int from, int to, int longest)
    {
        var peak = Max(_blank.AsSpan(from, to - from + 1));
        while (_blank[from] < peak - 0.05)
            from++;
        while (_blank[to] < peak - 0.05)
            to--;
        if (from == 0 || to == _lines - 1)
            return null;

        double before = Total(0, from), after = Total(to + 1, _lines), all = Total(0, _lines);
        if (Math.Min(before, after) < MinShare * all || Math.Min(before, after) / longest < 0.06 * _unit)
            return null;

        var opening = Max(_opening.AsSpan(from, to - from + 1));
        var dropBefore = peak - Min(_blank.AsSpan(Math.Max(0, from - _reach)..from));
        var dropAfter = peak - Min(_blank.AsSpan((to + 1)..Math.Min(_lines, to + 1 + _reach)));
        double lowDrop = Math.Min(dropBefore, dropAfter), highDrop = Math.Max(dropBefore, dropAfter);
        var width = to - from + 1;
        var (head, tail) = Ends(open, from, to);
        double closedEnd = Math.Min(head, tail), openEnd = Math.Max(head, tail);

        var framed = peak >= MinBlank && opening >= MinOpen && lowDrop >= (peak < 0.85 ? 0.5 : MinDrop) && width <= 0.12 * _unit
            && (closedEnd >= 0.6 || (peak >= 0.93 && openEnd >= 0.6) || peak >= 0.985);
        var band = peak >= 0.985 && closedEnd >= 0.9 && width >= 0.012 * _unit && highDrop >= 0.12;
        // A figure or balloon lies over the gutter: what is left of it must run along straight frames on both sides.
        var flanks = Math.Min(
            Max(_frame.AsSpan(Math.Max(0, from - _reach)..from)), Max(_frame.AsSpan((to + 1)..Math.Min(_lines, to + 1 + _reach))));
        var crossed = !framed && flanks >= Math.Max(0.5, 0.8 * opening) && width <= 0.04 * _unit && (openEnd >= 0.6 || opening >= 0.6);
        if (!framed && !band && !crossed)
            return null;

        var kind = !framed && !band ? CutKind.Crossed : peak >= 0.9 && opening >= 0.85 && lowDrop >= 0.6 ? CutKind.CleanGutter : CutKind.Gutter;
        var score = peak + (0.5 * opening) + (0.6 * lowDrop) + (0.3 * highDrop) + (0.1 * closedEnd) - (0.25 * Math.Abs(_slope));
        var certainty = kind == CutKind.Crossed ? 0.55 * peak / MinBlank : Math.Min(1, (0.5 * peak) + (0.25 * opening) + (0.35 * lowDrop));
        var padding = _all.Padding(_slope);
        return new Cut(_axis, _slope, from - padding, to - padding, score, kind, Math.Clamp(certainty, 0, 1));
    }

    /// <summary>How open the run's lines are at their two ends, 0..1.</summary>
    private (double Head, double Tail) Ends(LineSums open, int from, int to)
    {
        var strips = Math.Max(1, (int)Math.Round(0.018 * _all.StripCount));
        double head = 0, tail = 0;
        for (var line = from; line <= to; line++)
        {
            int first = 0, last = _all.StripCount - 1;
            while (first < last && _all.At(_slope, line, first) == 0)
                first++;
            while (last > first && _all.At(_slope, line, last) == 0)
                last--;
            head = Math.Max(head, Share(first, Math.Min(last, first + strips - 1)));
            tail = Math.Max(tail, Share(Math.Max(first, last - strips + 1), last));

            double Share(int a, int b)
            {
                int inside = 0, blank = 0;
                for (var strip = a; strip <= b; strip++)
                {
                    inside += _all.At(_slope, line, strip);
                    blank += open.At(_slope, line, strip);
                }

                return inside == 0 ? 0 : (double)blank / inside;
            }
        }

        return (head, tail);
    }

    private double Total(int from, int to)
    {
        var sum = 0;
        for (var line = from; line < to; line++)
            sum += _inside[line];
        return sum;
    }

    private static int Median(ReadOnlySpan<ushort> values, int max)
    {
        var histogram = new int[max + 1];
        var positive = 0;
        foreach (var value in values)
        {
            if (value == 0)
                continue;
            histogram[value]++;
            positive++;
        }

        var seen = 0;
        for (var value = 1; value <= max; value++)
        {
            seen += histogram[value];
            if (2 * seen >= positive)
                return value;
        }

        return 0;
    }

    private static T Max<T>(ReadOnlySpan<T> values)
        where T : struct, IComparable<T>
    {
        var max = values[0];
        foreach (var value in values)
            max = value.CompareTo(max) > 0 ? value : max;
        return max;
    }

    private static float Min(ReadOnlySpan<float> values)
    {
        var min = values[0];
        foreach (var value in values)
            min = Math.Min(min, value);
        return min;
    }
}
