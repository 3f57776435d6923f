using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Lettering;

/// <summary>A block of lettering: its box in pixels of the page, and about how large its letters are.</summary>
/// <param name="Glyph">Side of a letter in pixels of the page.</param>
public sealed record TextBlock(int X, int Y, int Width, int Height, double Glyph);

/// <summary>
/// Finds vertical lettering by its looks: pieces of ink of one size, close to each other, on paper that is blank between them
/// and around them. Bubbles need no outline for that, and what is drawn beside them is no lettering for lack of paper.
/// </summary>
public static class TextBlocks
{
    private const int Ink = 150;
    private const int Paper = 200;

    /// <summary>Shares of the page's longer side, within which the size of a letter lies.</summary>
    private const double LeastGlyph = 0.0075;
    private const double MostGlyph = 0.036;

    /// <summary>Distance, in letters, up to which pieces belong together: columns are farther apart than the letters in them.</summary>
    private const double Reach = 0.62;

    /// <summary>The same for dots, which are parts of letters; those of a screen tone are not to come along.</summary>
    private const double DotReach = 0.4;
    private const double DotSize = 0.35;

    /// <returns>In no particular order; some may turn out to hold no text when they are read.</returns>
    public static IReadOnlyList<TextBlock> Find(LetteringPage lettering)
    {
        var (page, scale, unit) = (lettering.Plane, lettering.Scale, lettering.Unit);
        var ink = InkBlobs.Find(page, Ink);
        var pieces = Enumerable.Range(0, ink.Blobs.Count).Where(i => ink.Blobs[i].Size <= MostGlyph * unit && ink.Blobs[i].Pixels >= 3).ToArray();
        var blocks = new List<TextBlock>();
        foreach (var group in Group(ink, pieces, LeastGlyph * unit))
        {
            if (Block(page, ink, group, LeastGlyph * unit) is { } block)
                blocks.Add(new TextBlock((int)(block.X / scale), (int)(block.Y / scale), (int)(block.Width / scale), (int)(block.Height / scale), block.Glyph / scale));
        }

        return blocks;
    }

    /// <summary>Pieces that lie close to each other, measured by the larger one of two.</summary>
    private static IEnumerable<List<int>> Group(InkBlobs ink, int[] pieces, double leastGlyph)
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
                if (size >= leastGlyph && Gap(a, b) <= reach * size && !(IsStroke(a) && IsStroke(b)))
                    parents[Root(i)] = Root(j);
            }
        }

        return Enumerable.Range(0, pieces.Length).GroupBy(Root, i => pieces[i]).Select(group => group.ToList());

        int Root(int i)
        {
            while (parents[i] != i)
                i = parents[i] = parents[parents[i]];
            return i;
        }
    }

    private static TextBlock? Block(GreyPlane page, InkBlobs ink, List<int> group, double leastGlyph)
    {
        var blobs = group.ConvertAll(i => ink.Blobs[i]);
        var sizes = blobs.Select(blob => blob.Size).Where(size => size >= leastGlyph).Order().ToList();
        if (sizes.Count < 2)
            return null;
        // Letters come in pieces, and the larger ones are whole letters.
        double glyph = sizes[(int)(0.75 * (sizes.Count - 1))];
        int left = blobs.Min(blob => blob.Left), top = blobs.Min(blob => blob.Top), right = blobs.Max(blob => blob.Right), bottom = blobs.Max(blob => blob.Bottom);
        double width = right - left + 1, height = bottom - top + 1;
        if (Math.Max(width, height) < 1.3 * glyph)
            return null;

        var own = group.ToHashSet();
        var margin = Math.Max(2, (int)(0.3 * glyph));
        int blank = 0, other = 0, inside = 0, outside = 0, ring = 0;
        for (var y = Math.Max(0, top - margin); y <= Math.Min(page.Height - 1, bottom + margin); y++)
        {
            var row = page.Row(y);
            for (var x = Math.Max(0, left - margin); x <= Math.Min(page.Width - 1, right + margin); x++)
            {
                var within = x >= left && x <= right && y >= top && y <= bottom;
                var blob = ink.At((y * page.Width) + x);
                if (blob >= 0 && own.Contains(blob))
                    inside++;
                else if (within && row[x] >= Paper)
                    blank++;
                else if (within)
                    other++;
                else if (row[x] >= Paper)
                    ring++;
                else
                    outside++;
            }
        }

        var density = inside / (width * height);
        // Grey rims of letters count as neither; that is about as much as the letters themselves.
        return density is > 0.08 and < 0.55 && blank > 1.2 * other && ring > 2.5 * outside
            ? new TextBlock(left, top, (int)width, (int)height, glyph)
            : null;
    }

    /// <summary>A long thin line. One may be a letter, or a part of it; several side by side are rays and rain.</summary>
    private static bool IsStroke(Blob blob) => blob.Size > 3.5 * Math.Min(blob.Width, blob.Height) || blob.Pixels < 0.16 * blob.Size * blob.Size;

    private static int Gap(Blob a, Blob b) =>
        Math.Max(0, Math.Max(Math.Max(a.Left - b.Right, b.Left - a.Right), Math.Max(a.Top - b.Bottom, b.Top - a.Bottom)));
}
