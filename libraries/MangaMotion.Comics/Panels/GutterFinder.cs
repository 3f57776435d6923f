namespace MangaMotion.Comics.Panels;

/// <summary>
/// Finds the best straight gutters of a region. A gutter is a run of slanted lines that are mostly blank, connected to the page's border,
/// open at their ends, and limited by frames or drawing on both sides.
/// </summary>
/// <param name="unit">Page unit in pixels; gutters and panels are measured against it.</param>
internal sealed class GutterFinder(PageMasks masks, double unit)
{
    private static readonly double[] StraightSlopes = [0, .. CreateSlopes(0.6, 1.2)];
    private static readonly double[] SteepSlopes = CreateSlopes(2, 3, 4.2, 5.5, 7, 8.5, 10, 12, 14, 16, 18, 20, 22, 24);

    /// <summary>
    /// Finds the best cuts in both directions. Steep slopes are searched only if no straight gutter is clean. Weaker kinds of cuts are
    /// returned only if there is no whole gutter.
    /// </summary>
    /// <param name="allowSharedFrames">Whether a line with drawing on both sides may separate panels.</param>
    public List<Cut> FindCuts(Region region, bool allowSharedFrames)
    {
        var cuts = new List<Cut>();
        GutterSearch[] searches = [new(region, Axis.Horizontal, masks, unit), new(region, Axis.Vertical, masks, unit)];
        foreach (var slopes in (double[][])[StraightSlopes, SteepSlopes])
        {
            foreach (var search in searches)
                search.AddBestCuts(slopes, allowSharedFrames, cuts);
            if (cuts.Exists(cut => cut.Kind == CutKind.CleanGutter))
                break;
        }

        return cuts.Exists(cut => cut.Kind >= CutKind.Gutter) ? cuts.FindAll(cut => cut.Kind >= CutKind.Gutter) : cuts;
    }

    private static double[] CreateSlopes(params double[] degrees) =>
        [.. degrees.SelectMany(degree => new[] { degree, -degree }).Select(degree => Math.Tan(degree * Math.PI / 180))];
}
