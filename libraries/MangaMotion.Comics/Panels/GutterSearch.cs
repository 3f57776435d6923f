using static MangaMotion.Comics.Panels.PanelTuning;

namespace MangaMotion.Comics.Panels;

/// <summary>Search for the gutters and frame lines of one axis in one region.</summary>
/// <remarks>
/// A candidate is a run of adjacent lines of one slope. Its drop is the loss of blank pixels between the run and the lines beside it.
/// </remarks>
internal sealed partial class GutterSearch
{
    private readonly Axis _axis;
    private readonly double _unit;
    private readonly int _reach;
    private readonly LineSums _region;
    private readonly LineSums _open;
    private readonly LineSums _wideOpen;
    private readonly LineSums _edges;
    private readonly LineSums _inkRuns;
    private readonly LineSums _dark;
    private readonly double _frameWidth;
    private readonly (LineSums Blank, LineSums Open)[] _papers;

    // Values for each line of the current slope.
    private double _slope;
    private int _lineCount;
    private ushort[] _lengths = [];
    private ushort[] _counts = [];
    private float[] _blankShares = [];
    private float[] _openShares = [];
    private float[] _frameShares = [];

    public GutterSearch(Region region, Axis axis, PageMasks masks, double unit)
    {
        var across = axis == Axis.Horizontal;
        _axis = axis;
        _unit = unit;
        _reach = Math.Max(MinReach, (int)(Reach * unit));
        _region = Fold(null);
        _open = Fold(masks.Open);
        _wideOpen = Fold(across ? masks.WideOpenAcross : masks.WideOpenAlong);
        _edges = Fold(across ? masks.EdgesAcross : masks.EdgesAlong);
        _inkRuns = Fold(across ? masks.InkRunsAcross : masks.InkRunsAlong);
        _dark = Fold(masks.Dark);
        _frameWidth = MeasureFrameWidth(region, masks);
        _papers = [.. masks.Papers.Select(paper => (Fold(paper.Blank), Fold(paper.Open)))];

        LineSums Fold(byte[]? mask) => new(region, mask, masks.Width, axis);
    }

    /// <summary>
    /// Adds the best cut of each kind among these slopes: whole and crossed gutters of each paper, narrow gutters, frame lines.
    /// </summary>
    /// <param name="allowSharedFrames">
    /// Whether a line with drawing on both sides may separate panels. False on a page that has gutters.
    /// </param>
    public void AddBestCuts(double[] slopes, bool allowSharedFrames, List<Cut> cuts)
    {
        var best = new Cut?[(2 * _papers.Length) + 2];
        foreach (var slope in slopes)
        {
            SelectSlope(slope);
            var longest = FindMax(_lengths.AsSpan(0, _lineCount));
            if (longest < MinLongestLine * _region.Length)
                continue;
            var minLength = MinLineLength * FindMedian(_lengths.AsSpan(0, _lineCount), longest);
            MeasureShares(_edges, _frameShares);
            for (var paper = 0; paper < _papers.Length; paper++)
                FindGutters(_papers[paper], minLength, longest, best.AsSpan(2 * paper, 2));
            MeasureShares(_open, _openShares);
            MeasureShares(_wideOpen, _blankShares);
            FindNarrowGutters(minLength, longest, ref best[^2]);
            FindFrameLines(minLength, longest, allowSharedFrames, ref best[^1]);
            MeasureShares(_inkRuns, _frameShares);
            FindFrameLines(minLength, longest, allowSharedFrames, ref best[^1]);
        }

        cuts.AddRange(best.OfType<Cut>());
    }

    private void FindGutters((LineSums Blank, LineSums Open) paper, double minLength, int longest, Span<Cut?> best)
    {
        MeasureShares(paper.Blank, _blankShares);
        MeasureShares(paper.Open, _openShares);
        for (var line = 0; line < _lineCount; line++)
        {
            if (!MayBeGutter(line, minLength))
                continue;
            var from = line;
            while (line + 1 < _lineCount && MayBeGutter(line + 1, minLength))
                line++;
            if (JudgeGutter(paper.Open, from, line, longest) is { } cut)
                KeepBetter(ref best[cut.Kind == CutKind.Crossed ? 1 : 0], cut);
        }
    }

    private static void KeepBetter(ref Cut? best, Cut? cut)
    {
        if (cut is not null && cut.Score > (best?.Score ?? double.MinValue))
            best = cut;
    }

    private void SelectSlope(double slope)
    {
        _slope = slope;
        _lineCount = _region.Depth + (2 * _region.GetPadding(slope));
        if (_lengths.Length < _lineCount)
        {
            _lengths = new ushort[_lineCount];
            _counts = new ushort[_lineCount];
            _blankShares = new float[_lineCount];
            _openShares = new float[_lineCount];
            _frameShares = new float[_lineCount];
        }

        _region.SumLines(slope, _lengths.AsSpan(0, _lineCount));
    }

    private void MeasureShares(LineSums mask, float[] shares)
    {
        mask.SumLines(_slope, _counts.AsSpan(0, _lineCount));
        for (var line = 0; line < _lineCount; line++)
            shares[line] = _lengths[line] == 0 ? 0 : (float)_counts[line] / _lengths[line];
    }

    private bool IsLongEnough(int line, double minLength) => _lengths[line] >= minLength && _lengths[line] > 0;

    private bool MayBeGutter(int line, double minLength) =>
        IsLongEnough(line, minLength) && _blankShares[line] >= MinBlankCrossed && _openShares[line] >= MinOpenCrossed;

    /// <summary>Scores a run of blank lines as a gutter; null if it is not one.</summary>
    private Cut? JudgeGutter(LineSums open, int from, int to, int longest)
    {
        var peak = FindMax(_blankShares.AsSpan(from, to - from + 1));
        while (_blankShares[from] < peak - MaxBlankLoss)
            from++;
        while (_blankShares[to] < peak - MaxBlankLoss)
            to--;
        if (!LeavesTwoSides(from, to, longest))
            return null;

        var opening = FindMax(_openShares.AsSpan(from, to - from + 1));
        float dropBefore = peak - FindMin(LinesBefore(_blankShares, from)), dropAfter = peak - FindMin(LinesAfter(_blankShares, to));
        double lowDrop = Math.Min(dropBefore, dropAfter), highDrop = Math.Max(dropBefore, dropAfter);
        var width = to - from + 1;
        var (head, tail) = MeasureOpenEnds(open, from, to);
        double closedEnd = Math.Min(head, tail), openEnd = Math.Max(head, tail);

        var endsAllow = closedEnd >= OpenEnd || (peak >= BlankForOneEnd && openEnd >= OpenEnd) || peak >= FullyBlank;
        var framed = peak >= MinBlank && opening >= MinOpen && lowDrop >= (peak < WeakBlank ? MinDropWeak : MinDrop)
            && width <= MaxGutterWidth * _unit && endsAllow;
        var band = peak >= FullyBlank && closedEnd >= MinBandEnd && width >= MinBandWidth * _unit && highDrop >= MinBandDrop;
        // A figure or balloon may cover part of a gutter; the rest must run between straight frames.
        var flank = Math.Min(FindMax(LinesBefore(_frameShares, from)), FindMax(LinesAfter(_frameShares, to)));
        var crossed = flank >= Math.Max(MinCrossedFlank, MinCrossedFlankOfOpen * opening) && width <= MaxCrossedWidth * _unit
            && (openEnd >= OpenEnd || opening >= MinCrossedOpen);
        if (!framed && !band && !crossed)
            return null;

        var whole = framed || band;
        var clean = peak >= CleanBlank && opening >= CleanOpen && lowDrop >= CleanDrop;
        var kind = (whole, clean) switch
        {
            (false, _) => CutKind.Crossed,
            (true, true) => CutKind.CleanGutter,
            _ => CutKind.Gutter,
        };
        var score = peak + (OpenWeight * opening) + (LowDropWeight * lowDrop) + (HighDropWeight * highDrop) + (ClosedEndWeight * closedEnd)
            - (SlopePenalty * Math.Abs(_slope));
        var certainty = whole
            ? Math.Min(1, (BlankCertainty * peak) + (OpenCertainty * opening) + (DropCertainty * lowDrop))
            : CrossedCertainty * peak / MinBlank;
        return CreateCut(from, to, score, kind, certainty);
    }

    /// <summary>Whether a cut along these lines leaves enough of the region on both sides.</summary>
    private bool LeavesTwoSides(int from, int to, int longest)
    {
        if (from == 0 || to == _lineCount - 1)
            return false;
        double before = SumLengths(0, from), after = SumLengths(to + 1, _lineCount), all = SumLengths(0, _lineCount);
        return Math.Min(before, after) >= MinSideArea * all && Math.Min(before, after) / longest >= MinSideDepth * _unit;
    }

    private Cut CreateCut(int from, int to, double score, CutKind kind, double certainty)
    {
        var padding = _region.GetPadding(_slope);
        return new Cut(_axis, _slope, from - padding, to - padding, score, kind, Math.Clamp(certainty, 0, 1));
    }

    /// <summary>Measures the largest open share, 0 to 1, of the two ends of a run of lines.</summary>
    private (double Head, double Tail) MeasureOpenEnds(LineSums open, int from, int to)
    {
        var strips = Math.Max(1, (int)Math.Round(EndLength * _region.StripCount));
        double head = 0, tail = 0;
        for (var line = from; line <= to; line++)
        {
            var (first, last) = FindStripRange(line);
            head = Math.Max(head, MeasureOpenShare(open, line, first, Math.Min(last, first + strips - 1)));
            tail = Math.Max(tail, MeasureOpenShare(open, line, Math.Max(first, last - strips + 1), last));
        }

        return (head, tail);
    }

    private double MeasureOpenShare(LineSums open, int line, int firstStrip, int lastStrip)
    {
        int inside = 0, blank = 0;
        for (var strip = firstStrip; strip <= lastStrip; strip++)
        {
            inside += _region.CountAt(_slope, line, strip);
            blank += open.CountAt(_slope, line, strip);
        }

        return inside == 0 ? 0 : (double)blank / inside;
    }

    /// <summary>Finds the first and last strip that a line crosses inside the region.</summary>
    private (int First, int Last) FindStripRange(int line)
    {
        int first = 0, last = _region.StripCount - 1;
        while (first < last && _region.CountAt(_slope, line, first) == 0)
            first++;
        while (last > first && _region.CountAt(_slope, line, last) == 0)
            last--;
        return (first, last);
    }

    private ReadOnlySpan<float> LinesBefore(float[] shares, int from) => shares.AsSpan(Math.Max(0, from - _reach)..from);

    private ReadOnlySpan<float> LinesAfter(float[] shares, int to) => shares.AsSpan((to + 1)..Math.Min(_lineCount, to + 1 + _reach));

    private double SumLengths(int from, int to)
    {
        var sum = 0;
        for (var line = from; line < to; line++)
            sum += _lengths[line];
        return sum;
    }

    /// <summary>Finds the median of the positive values.</summary>
    private static int FindMedian(ReadOnlySpan<ushort> values, int max)
    {
        var histogram = new int[max + 1];
        foreach (var value in values)
            histogram[value]++;
        var positive = values.Length - histogram[0];
        var seen = 0;
        for (var value = 1; value <= max; value++)
        {
            seen += histogram[value];
            if (2 * seen >= positive)
                return value;
        }

        return 0;
    }

    private static T FindMax<T>(ReadOnlySpan<T> values)
        where T : struct, IComparable<T>
    {
        var max = values[0];
        foreach (var value in values)
            max = value.CompareTo(max) > 0 ? value : max;
        return max;
    }

    private static float FindMin(ReadOnlySpan<float> values)
    {
        var min = values[0];
        foreach (var value in values)
            min = Math.Min(min, value);
        return min;
    }
}
