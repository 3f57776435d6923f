using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Lettering;

/// <summary>Block of lettering: its box in page pixels and the size of its letters.</summary>
/// <param name="Glyph">Side of a letter in page pixels.</param>
public sealed record TextBlock(int X, int Y, int Width, int Height, double Glyph);

/// <summary>
/// Finds blocks of lettering by their shape: pieces of ink of the same size, close to each other, on paper that is blank between and around
/// them. Bubbles need no outline. Drawings are rejected because they lack blank paper.
/// </summary>
/// <remarks>The thresholds were chosen by hand on the bundled chapter; <c>TextBlocksTests</c> holds them.</remarks>
public static class TextBlocks
{
    private const int InkLevel = 150;
    private const int PaperLevel = 200;
    private const int MinPiecePixels = 3;

    // Side of a letter, as a share of the page unit.
    private const double MinGlyph = 0.0075;
    private const double MaxGlyph = 0.036;

    /// <summary>Distance in letters up to which pieces are joined. Columns are farther apart than the letters in them.</summary>
    private const double Reach = 0.62;

    // Dots are joined over a shorter distance, so that the dots of a screen tone are not.
    private const double DotReach = 0.4;
    private const double DotSize = 0.35;

    /// <summary>
    /// Quantile of the piece sizes that is the size of a letter: letters consist of pieces, and the larger ones are whole letters.
    /// </summary>
    private const double GlyphQuantile = 0.75;

    private const double MinBlockLength = 1.3;
    private const double RingWidth = 0.3;
    private const double MinDensity = 0.08;
    private const double MaxDensity = 0.55;
    private const double MinBlankInside = 1.2;
    private const double MinBlankAround = 2.5;
    private const double StrokeRatio = 3.5;
    private const double StrokeInk = 0.16;

    /// <summary>Finds the blocks of a page, in no particular order.</summary>
    /// <returns>Blocks that look like lettering. Recognition may find no text in some.</returns>
    public static IReadOnlyList<TextBlock> Find(LetteringPage page)
    {
        var (plane, scale, minGlyph) = (page.Plane, page.Scale, MinGlyph * page.Unit);
        var ink = InkBlobs.Find(plane, InkLevel);
        var pieces = Enumerable.Range(0, ink.Blobs.Count)
            .Where(i => ink.Blobs[i].Size <= MaxGlyph * page.Unit && ink.Blobs[i].Pixels >= MinPiecePixels).ToArray();
        var blocks = GroupPieces(ink, pieces, minGlyph).Select(group => CreateBlock(plane, ink, group, minGlyph)).OfType<TextBlock>();
        return [.. blocks.Select(ScaleToPage)];

        TextBlock ScaleToPage(TextBlock block) => new(
            (int)(block.X / scale), (int)(block.Y / scale), (int)(block.Width / scale), (int)(block.Height / scale), block.Glyph / scale);
    }

    /// <summary>Groups pieces that are close to each other, measured by the larger one of two.</summary>
    private static IEnumerable<List<int>> GroupPieces(InkBlobs ink, int[] pieces, double minGlyph)
    {
        Array.Sort(pieces, (a, b) => ink.Blobs[a].Top - ink.Blobs[b].Top);
        var largest = pieces.Length == 0 ? 0 : pieces.Max(i => ink.Blobs[i].Size);
        var parents = Enumerable.Range(0, pieces.Length).ToArray();
        for (var i = 0; i < pieces.Length; i++)
        {
            var a = ink.Blobs[pieces[i]];
            for (var j = i + 1; j < pieces.Length && ink.Blobs[pieces[j]].Top - a.Bottom <= Reach * largest; j++)
            {
                var b = ink.Blobs[pieces[j]];
                var size = Math.Max(a.Size, b.Size);
                var reach = Math.Min(a.Size, b.Size) < DotSize * size ? DotReach : Reach;
                if (size >= minGlyph && GetGap(a, b) <= reach * size && !(IsStroke(a) && IsStroke(b)))
                    parents[FindRoot(i)] = FindRoot(j);
            }
        }

        return Enumerable.Range(0, pieces.Length).GroupBy(FindRoot, i => pieces[i]).Select(group => group.ToList());

        int FindRoot(int i)
        {
            while (parents[i] != i)
                i = parents[i] = parents[parents[i]];
            return i;
        }
    }

    /// <summary>Creates the block of a group of pieces, in pixels of the reduced page; null if the group is not lettering.</summary>
    private static TextBlock? CreateBlock(GreyPlane page, InkBlobs ink, List<int> group, double minGlyph)
    {
        var blobs = group.ConvertAll(i => ink.Blobs[i]);
        var sizes = blobs.Select(blob => blob.Size).Where(size => size >= minGlyph).Order().ToList();
        if (sizes.Count < 2)
            return null;
        double glyph = sizes[(int)(GlyphQuantile * (sizes.Count - 1))];
        int left = blobs.Min(blob => blob.Left), top = blobs.Min(blob => blob.Top);
        int right = blobs.Max(blob => blob.Right), bottom = blobs.Max(blob => blob.Bottom);
        double width = right - left + 1, height = bottom - top + 1;
        if (Math.Max(width, height) < MinBlockLength * glyph)
            return null;

        var own = group.ToHashSet();
        var margin = Math.Max(2, (int)(RingWidth * glyph));
        int letters = 0, blankInside = 0, otherInside = 0, blankAround = 0, otherAround = 0;
        for (var y = Math.Max(0, top - margin); y <= Math.Min(page.Height - 1, bottom + margin); y++)
        {
            var row = page.GetRow(y);
            for (var x = Math.Max(0, left - margin); x <= Math.Min(page.Width - 1, right + margin); x++)
            {
                var inside = x >= left && x <= right && y >= top && y <= bottom;
                var blob = ink.FindAt((y * page.Width) + x);
                if (blob >= 0 && own.Contains(blob))
                    letters++;
                else if (inside && row[x] >= PaperLevel)
                    blankInside++;
                else if (inside)
                    otherInside++;
                else if (row[x] >= PaperLevel)
                    blankAround++;
                else
                    otherAround++;
            }
        }

        // The grey rims of letters count as "other"; they have about as many pixels as the letters.
        var density = letters / (width * height);
        var isLettering = density is > MinDensity and < MaxDensity
            && blankInside > MinBlankInside * otherInside && blankAround > MinBlankAround * otherAround;
        return isLettering ? new TextBlock(left, top, (int)width, (int)height, glyph) : null;
    }

    /// <summary>Whether a blob is a long thin line. One may be part of a letter; several side by side are speed lines or rain.</summary>
    private static bool IsStroke(Blob blob) =>
        blob.Size > StrokeRatio * Math.Min(blob.Width, blob.Height) || blob.Pixels < StrokeInk * blob.Size * blob.Size;

    /// <summary>Gets the larger one of the horizontal and vertical gaps between two blobs, 0 if they overlap.</summary>
    private static int GetGap(Blob a, Blob b) =>
        Math.Max(0, Math.Max(Math.Max(a.Left - b.Right, b.Left - a.Right), Math.Max(a.Top - b.Bottom, b.Top - a.Bottom)));
}
