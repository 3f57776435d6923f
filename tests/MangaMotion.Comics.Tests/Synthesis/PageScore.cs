using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Tests.Synthesis;

/// <summary>Box in pixels.</summary>
public readonly record struct Box(int X, int Y, int W, int H)
{
    public double Overlap(Box other)
    {
        double w = Math.Min(X + W, other.X + other.W) - Math.Max(X, other.X), h = Math.Min(Y + H, other.Y + other.H) - Math.Max(Y, other.Y);
        var shared = w <= 0 || h <= 0 ? 0 : w * h;
        return shared / (((double)W * H) + ((double)other.W * other.H) - shared);
    }
}

/// <summary>Compares detected panels with the truth over several pages: F1 at two overlaps and Kendall's tau of the order.</summary>
public sealed class PageScore
{
    private readonly int[] _hits = new int[2];
    private int _found;
    private int _true;
    private long _concordant;
    private long _pairs;

    public double F1At50 => F1(_hits[0]);

    public double F1At80 => F1(_hits[1]);

    /// <summary>Kendall's tau over all pairs of matched panels of one page; 1 if every pair is in the right order.</summary>
    public double Tau => _pairs == 0 ? 1 : ((2.0 * _concordant) - _pairs) / _pairs;

    public void Add(IReadOnlyList<Panel> found, IReadOnlyList<Box> truth)
    {
        _found += found.Count;
        _true += truth.Count;
        var boxes = found.Select(panel => new Box(panel.X, panel.Y, panel.Width, panel.Height)).ToArray();
        var matches = Match(boxes, truth, 0.5);
        _hits[0] += matches.Count;
        _hits[1] += Match(boxes, truth, 0.8).Count;
        for (var i = 0; i < matches.Count; i++)
        {
            for (var j = i + 1; j < matches.Count; j++)
            {
                _pairs++;
                if (matches[i].Found < matches[j].Found == matches[i].True < matches[j].True)
                    _concordant++;
            }
        }
    }

    public override string ToString() => $"F1@.5 {F1At50:F3}  F1@.8 {F1At80:F3}  tau {Tau:F4}";

    private static List<(int Found, int True)> Match(Box[] found, IReadOnlyList<Box> truth, double overlap)
    {
        var pairs = from f in Enumerable.Range(0, found.Length)
                    from t in Enumerable.Range(0, truth.Count)
                    let share = found[f].Overlap(truth[t])
                    where share >= overlap
                    orderby share descending
                    select (Found: f, True: t);
        var matches = new List<(int Found, int True)>();
        foreach (var pair in pairs)
        {
            if (matches.TrueForAll(match => match.Found != pair.Found && match.True != pair.True))
                matches.Add(pair);
        }

        return matches;
    }

    private double F1(int hits) => _found + _true == 0 ? 1 : 2.0 * hits / (_found + _true);
}
