namespace MangaMotion.Comics.Panels;

/// <summary>Finds the pixels of a mask that are connected to the page's border.</summary>
internal static class FloodFill
{
    /// <summary>Fills a mask of 0 and 1 from the border, one horizontal run at a time.</summary>
    /// <returns>A mask of the pixels that are reached through up, down, left and right neighbours.</returns>
    public static byte[] FillFromBorder(byte[] mask, int width, int height)
    {
        var unreached = (byte[])mask.Clone();
        var seeds = new Stack<(int Y, int X)>();
        AddSeeds(0, 0, width);
        AddSeeds(height - 1, 0, width);
        for (var y = 0; y < height; y++)
        {
            AddSeeds(y, 0, 1);
            AddSeeds(y, width - 1, width);
        }

        while (seeds.TryPop(out var seed))
        {
            var row = unreached.AsSpan(seed.Y * width, width);
            if (row[seed.X] == 0)
                continue;
            var left = row[..seed.X].LastIndexOf((byte)0) + 1;
            var length = row[seed.X..].IndexOf((byte)0);
            var right = length < 0 ? width : seed.X + length;
            row[left..right].Clear();
            if (seed.Y > 0)
                AddSeeds(seed.Y - 1, left, right);
            if (seed.Y + 1 < height)
                AddSeeds(seed.Y + 1, left, right);
        }

        for (var i = 0; i < unreached.Length; i++)
            unreached[i] ^= mask[i];
        return unreached;

        void AddSeeds(int y, int left, int right)
        {
            var row = unreached.AsSpan(y * width, right);
            while (left < right)
            {
                var next = row[left..].IndexOf((byte)1);
                if (next < 0)
                    return;
                seeds.Push((y, left + next));
                var end = row[(left + next)..].IndexOf((byte)0);
                left = end < 0 ? right : left + next + end;
            }
        }
    }

    /// <summary>
    /// Fills a mask from the border, but through no passage that is one pixel wide: gaps in frames and the paper between the dots of a
    /// screen tone stay closed. This is a morphological opening by 2 × 2 pixels around the fill.
    /// </summary>
    public static byte[] FillFromBorderThroughWidePassages(byte[] mask, int width, int height)
    {
        var wide = new byte[mask.Length];
        for (var y = 0; y < height; y++)
        {
            var row = mask.AsSpan(y * width, width);
            var below = y + 1 < height ? mask.AsSpan((y + 1) * width, width) : row;
            var target = wide.AsSpan(y * width, width);
            for (var x = 0; x + 1 < width; x++)
                target[x] = (byte)(row[x] & row[x + 1] & below[x] & below[x + 1]);
            target[width - 1] = (byte)(row[width - 1] & below[width - 1]);
        }

        var reached = FillFromBorder(wide, width, height);
        var open = new byte[mask.Length];
        for (var y = 0; y < height; y++)
        {
            var row = reached.AsSpan(y * width, width);
            var above = y > 0 ? reached.AsSpan((y - 1) * width, width) : row;
            var target = open.AsSpan(y * width, width);
            target[0] = (byte)(row[0] | above[0]);
            for (var x = 1; x < width; x++)
                target[x] = (byte)(row[x] | row[x - 1] | above[x] | above[x - 1]);
            for (var x = 0; x < width; x++)
                target[x] &= mask[(y * width) + x];
        }

        return open;
    }
}
