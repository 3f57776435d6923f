namespace MangaMotion.Comics.Panels;

/// <summary>What of a mask of 0 and 1 is joined to the page's border.</summary>
internal static class Flood
{
    public static byte[] FromBorder(byte[] mask, int width, int height)
    {
        // What is not reached yet.
        var dry = (byte[])mask.Clone();
        var seeds = new Stack<(int Y, int X)>();
        Seed(0, 0, width);
        Seed(height - 1, 0, width);
        for (var y = 0; y < height; y++)
        {
            Seed(y, 0, 1);
            Seed(y, width - 1, width);
        }

        while (seeds.TryPop(out var seed))
        {
            var row = dry.AsSpan(seed.Y * width, width);
            if (row[seed.X] == 0)
                continue;
            var left = row[..seed.X].LastIndexOf((byte)0) + 1;
            var length = row[seed.X..].IndexOf((byte)0);
            var right = length < 0 ? width : seed.X + length;
            row[left..right].Clear();
            if (seed.Y > 0)
                Seed(seed.Y - 1, left, right);
            if (seed.Y + 1 < height)
                Seed(seed.Y + 1, left, right);
        }

        for (var i = 0; i < dry.Length; i++)
            dry[i] ^= mask[i];
        return dry;

        void Seed(int y, int left, int right)
        {
            var row = dry.AsSpan(y * width, right);
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

    /// <summary>The same, but through no passage that is one pixel wide: gaps in frames, and the paper between the dots of a tone.</summary>
    public static byte[] FromBorderSealed(byte[] mask, int width, int height)
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

        var reached = FromBorder(wide, width, height);
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
