namespace MangaMotion.Comics.Panels;

/// <summary>
/// Finds the best straight gutter of a region: a run of slanted lines that are mostly blank and open to the page's border, end in the
/// open, and stop abruptly at frames or drawing on their sides.
/// </summary>
/// <param name="unit">The page's size in pixels, against which gutters and panels are measured.</param>
internal sealed class GutterFinder(PageMasks masks, double unit)
{
    private static readonly double[] Flat = [0, .. Slopes(0.6, 1.2)];
    private static readonly double[] Steep = Slopes(2, 3, 4.2, 5.5, 7, 8.5, 10, 12, 14, 16, 18, 20, 22, 24);

    /// <summary>
    /// The best cuts in each direction. Slanted ones are looked for only when no straight one is clean, and the doubtful kinds count only
    /// when there is no whole gutter at any angle.
    /// </summary>
    /// <param name="shared">Whether a line with drawing on both sides may part panels.</param>
    public List<Cut> Find(Region region, bool shared)
    {
        var cuts = new List<Cut>();
        Search[] searches = [new(region, Axis.Horizontal, masks, unit), new(region, Axis.Vertical, masks, unit)];
        foreach (var slopes in (double[][])[Flat, Steep])
        {
            foreach (var search in searches)
                search.AddBest(slopes, shared, cuts);
            if (cuts.Exists(cut => cut.Kind == CutKind.CleanGutter))
                break;
        }

        return cuts.Exists(cut => cut.Kind >= CutKind.Gutter) ? cuts.FindAll(cut => cut.Kind >= CutKind.Gutter) : cuts;
    }

    private static double[] Slopes(params double[] degrees) =>
        [.. degrees.SelectMany(degree => new[] { degree, -degree }).Select(degree => Math.Tan(degree * Math.PI / 180))];
}
