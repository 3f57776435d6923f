using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Lettering;

/// <summary>
/// Finds light letters on a darker ground, as sound effects are drawn: at least three light pieces of the same height side by side. Text
/// recognition fails on a drawn ground, so the crops hold only the pieces, black on white.
/// </summary>
/// <remarks>The thresholds were chosen by hand on the bundled chapter; <c>LightLetteringTests</c> holds them.</remarks>
public static class LightLettering
{
    private const int LightLevel = 190;

    // Height of a letter, as a share of the page unit. Smaller letters are recognised with their panel.
    private const double MinHeight = 0.015;
    private const double MaxHeight = 0.08;

    // Shares of a letter's height.
    private const double MaxWidth = 1.6;
    private const double MaxHeightDifference = 0.15;
    private const double MaxGap = 0.5;
    private const double MinAdvance = 0.1;
    private const double SlimWidth = 0.4;
    private const double MaxMarkWidth = 0.5;
    private const double MaxMarkBelow = 0.1;

    private const int MinLetters = 3;

    // Share of its box that a letter fills: less than windows and clouds, more than rain. A slim letter may fill its box.
    private const double MinInk = 0.15;
    private const double MaxInk = 0.75;

    /// <summary>Height of the letters in a crop, in pixels.</summary>
    private const double CropHeight = 50;
    private const double MaxScale = 4;

    /// <summary>Finds rows of light letters.</summary>
    /// <returns>One crop for each row. Recognition may find no text in it.</returns>
    public static IReadOnlyList<TextCrop> Find(LetteringPage page)
    {
        var (plane, scale, unit) = (page.Plane, page.Scale, page.Unit);
        var inverted = new GreyPlane(plane.Width, plane.Height, Array.ConvertAll(plane.Pixels, grey => (byte)(255 - grey)));
        var light = InkBlobs.Find(inverted, 255 - LightLevel);
        var letters = Enumerable.Range(0, light.Blobs.Count).Where(i => IsLetter(light.Blobs[i], unit)).OrderBy(i => light.Blobs[i].Left);
        var rows = new List<List<int>>();
        foreach (var letter in letters)
        {
            var row = rows.Find(row => IsNextLetter(light.Blobs[row[^1]], light.Blobs[letter]));
            if (row is null)
                rows.Add([letter]);
            else
                row.Add(letter);
        }

        return [.. rows.Where(row => row.Count >= MinLetters).Select(row => CropRow(inverted, light, row).ScaleToPage(scale))];
    }

    private static bool IsLetter(Blob blob, double unit)
    {
        var ink = (double)blob.Pixels / blob.Width / blob.Height;
        return blob.Height >= MinHeight * unit && blob.Height <= MaxHeight * unit && blob.Width <= MaxWidth * blob.Height
            && ink > MinInk && (ink < MaxInk || blob.Width < SlimWidth * blob.Height);
    }

    private static bool IsNextLetter(Blob letter, Blob next)
    {
        double height = Math.Max(letter.Height, next.Height);
        return Math.Abs(letter.Top - next.Top) <= MaxHeightDifference * height
            && Math.Abs(letter.Bottom - next.Bottom) <= MaxHeightDifference * height
            && next.Left - letter.Right <= MaxGap * height && next.Left > letter.Left + (MinAdvance * height);
    }

    private static TextCrop CropRow(GreyPlane page, InkBlobs light, List<int> row)
    {
        int left = row.Min(i => light.Blobs[i].Left), right = row.Max(i => light.Blobs[i].Right);
        int top = row.Min(i => light.Blobs[i].Top), bottom = row.Max(i => light.Blobs[i].Bottom);
        var height = bottom - top + 1;
        // An exclamation mark consists of two pieces that are lower than a letter.
        var own = row.ToHashSet();
        own.UnionWith(Enumerable.Range(0, light.Blobs.Count).Where(i => IsMark(light.Blobs[i])));
        right = own.Max(i => light.Blobs[i].Right);

        var margin = height / 2;
        var (cropWidth, cropHeight) = (right - left + 1 + (2 * margin), height + (2 * margin));
        var pixels = new byte[cropWidth * cropHeight];
        Array.Fill(pixels, (byte)255);
        for (var y = Math.Max(0, top - margin); y < Math.Min(page.Height, bottom + margin); y++)
        {
            for (var x = Math.Max(0, left - margin); x < Math.Min(page.Width, right + margin); x++)
            {
                var blob = light.FindAt((y * page.Width) + x);
                if (blob >= 0 && own.Contains(blob))
                    pixels[((y - top + margin) * cropWidth) + x - left + margin] = 0;
            }
        }

        var scale = Math.Clamp(CropHeight / height, 1, MaxScale);
        return TextCrop.CutRectangle(pixels, cropWidth, cropHeight, 0, 0, cropWidth, cropHeight, scale).MoveBy(left - margin, top - margin);

        bool IsMark(Blob blob) => blob.Top >= top - 1 && blob.Bottom <= bottom + (MaxMarkBelow * height)
            && blob.Left > left && blob.Right < right + height && blob.Width < MaxMarkWidth * height;
    }
}
