using System.Text;

namespace MangaMotion.Media.Tests;

/// <summary>Content of PDF pages.</summary>
internal static class SamplePdf
{
    /// <summary>
    /// Creates curves over a page of 600 × 800 points, the same ones for each count. Poppler takes about 2 s for 3,000 curves at 150 dots
    /// per inch.
    /// </summary>
    public static string Curves(int count)
    {
        var random = new Random(1);
        var content = new StringBuilder();
        for (var i = 0; i < count; i++)
            content.Append(null, $"{Point()} m {Point()} {Point()} {Point()} c S\n");
        return content.ToString();

        string Point() => $"{random.Next(600)} {random.Next(800)}";
    }
}
