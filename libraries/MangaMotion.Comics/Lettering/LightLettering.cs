using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Lettering;

/// <summary>
/// Finds light letters on a darker ground, as noises are drawn: at least three pieces of light, of one height, side by side. The
/// ground may be a picture, which no reader sees through; so the pieces alone are handed to it, in black on white.
/// </summary>
public static class LightLettering
{
    private const int Light = 190;

    /// <summary>Shares of the page's longer side, within which the height of a letter lies; small letters are read with their panel.</summary>
    private const double LeastHeight = 0.015;
    private const double MostHeight = 0.08;
    private const double MostWidth = 1.6;

    /// <summary>Of their heights: what two letters of a row differ in, at most, and how far they are apart.</summary>
    private const double Uneven = 0.15;
    private const double Gap = 0.5;
    private const int FewestLetters = 3;

    /// <summary>Letters fill their boxes less than windows and clouds, and more than rain.</summary>
    private const double LeastInk = 0.15;
    private const double MostInk = 0.75;
    private const double ReadHeight = 50;

    /// <returns>Pictures for the reader; some may turn out to hold no text.</returns>
    public static IReadOnlyList<TextCrop> Find(LetteringPage lettering)
    {
        var (dark, scale, unit) = (lettering.Plane, lettering.Scale, lettering.Unit);
        var page = new GreyPlane(dark.Width, dark.Height, Array.ConvertAll(dark.Pixels, grey => (byte)(255 - grey)));
        var light = InkBlobs.Find(page, 255 - Light);
        var letters = Enumerable.Range(0, light.Blobs.Count).Where(i => IsLetter(light.Blobs[i], unit)).OrderBy(i => light.Blobs[i].Left);
        var rows = new List<List<int>>();
        foreach (var letter in letters)
        {
            var row = rows.Find(row => IsBeside(light.Blobs[row[^1]], light.Blobs[letter]));
            if (row is null)
                rows.Add([letter]);
            else
                row.Add(letter);
        }

        return [.. rows.Where(row => row.Count >= FewestLetters).Select(row => Crop(page, light, row).OnPage(scale))];
    }

    private static bool IsLetter(Blob blob, double unit) =>
        blob.Height >= LeastHeight * unit && blob.Height <= MostHeight * unit && blob.Width <= MostWidth * blob.Height
        && (double)blob.Pixels / blob.Width / blob.Height is var ink && ink > LeastInk && (ink < MostInk || blob.Width < 0.4 * blob.Height);

    private static bool IsBeside(Blob letter, Blob next)
    {
        double height = Math.Max(letter.Height, next.Height);
        return Math.Abs(letter.Top - next.Top) <= Uneven * height && Math.Abs(letter.Bottom - next.Bottom) <= Uneven * height
            && next.Left - letter.Right <= Gap * height && next.Left > letter.Left + (0.1 * height);
    }

    private static TextCrop Crop(GreyPlane page, InkBlobs light, List<int> row)
    {
        int left = row.Min(i => light.Blobs[i].Left), right = row.Max(i => light.Blobs[i].Right), top = row.Min(i => light.Blobs[i].Top), bottom = row.Max(i => light.Blobs[i].Bottom);
        var height = bottom - top + 1;
        // An exclamation mark is in two pieces, neither of which is as high as a letter.
        var own = row.ToHashSet();
        own.UnionWith(Enumerable.Range(0, light.Blobs.Count).Where(i =>
            light.Blobs[i] is var blob && blob.Top >= top - 1 && blob.Bottom <= bottom + (0.1 * height) && blob.Left > left && blob.Right < right + height && blob.Width < 0.5 * height));
        right = own.Max(i => light.Blobs[i].Right);

        var margin = height / 2;
        var (width, high) = (right - left + 1 + (2 * margin), height + (2 * margin));
        var pixels = new byte[width * high];
        Array.Fill(pixels, (byte)255);
        for (var y = Math.Max(0, top - margin); y < Math.Min(page.Height, bottom + margin); y++)
        {
            for (var x = Math.Max(0, left - margin); x < Math.Min(page.Width, right + margin); x++)
            {
                if (light.At((y * page.Width) + x) is var blob && blob >= 0 && own.Contains(blob))
                    pixels[((y - top + margin) * width) + x - left + margin] = 0;
            }
        }

        return TextCrop.Cut(pixels, width, high, 0, 0, width, high, Math.Clamp(ReadHeight / height, 1, 4)).MovedBy(left - margin, top - margin);
    }
}
