namespace MangaMotion.Formats.Cells;

/// <summary>The picture that all cells show: red, green, blue and yellow, a quarter each.</summary>
internal static class FourColours
{
    public static IReadOnlyList<(int R, int G, int B)> Colours { get; } = [(220, 30, 30), (30, 170, 60), (30, 60, 200), (240, 220, 40)];

    /// <summary>Checks the colours in the middle of the quarters of a variant.</summary>
    public static void Check(Outcome made, string variant, int tolerance, params ReadOnlySpan<int> order)
    {
        for (var quarter = 0; quarter < 4; quarter++)
        {
            var wanted = Colours[order.IsEmpty ? quarter : order[quarter]];
            var seen = made.Pixel(variant, quarter % 2 == 0 ? 0.25 : 0.75, quarter < 2 ? 0.25 : 0.75);
            Distance(seen, wanted).ShouldBeLessThanOrEqualTo(tolerance, $"quarter {quarter} is {seen} instead of {wanted}");
        }
    }

    public static int Distance((int R, int G, int B) one, (int R, int G, int B) other) =>
        Math.Max(Math.Abs(one.R - other.R), Math.Max(Math.Abs(one.G - other.G), Math.Abs(one.B - other.B)));
}
