namespace MangaMotion.Comics.Tests.Synthesis;

/// <summary>Simulates a scanner and a JPEG encoder.</summary>
public static class Scanner
{
    /// <summary>Rotates a picture about its middle by a small angle in radians. The outermost pixels are repeated outside.</summary>
    public static byte[] Rotate(byte[] grey, int width, int height, double angle)
    {
        var turned = new byte[grey.Length];
        double cos = Math.Cos(angle), sin = Math.Sin(angle), cx = width / 2.0, cy = height / 2.0;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                double dx = x - cx, dy = y - cy, sx = cx + (dx * cos) + (dy * sin), sy = cy - (dx * sin) + (dy * cos);
                int ix = (int)Math.Floor(sx), iy = (int)Math.Floor(sy);
                double fx = sx - ix, fy = sy - iy;
                var top = (At(ix, iy) * (1 - fx)) + (At(ix + 1, iy) * fx);
                var bottom = (At(ix, iy + 1) * (1 - fx)) + (At(ix + 1, iy + 1) * fx);
                turned[(y * width) + x] = (byte)((top * (1 - fy)) + (bottom * fy) + 0.5);
            }
        }

        return turned;

        double At(int x, int y) => grey[(Math.Clamp(y, 0, height - 1) * width) + Math.Clamp(x, 0, width - 1)];
    }

    public static Point Rotate(Point point, int width, int height, double angle)
    {
        double dx = point.X - (width / 2.0), dy = point.Y - (height / 2.0);
        return new Point((width / 2.0) + (dx * Math.Cos(angle)) - (dy * Math.Sin(angle)),
            (height / 2.0) + (dx * Math.Sin(angle)) + (dy * Math.Cos(angle)));
    }

    /// <summary>Darkens the paper and adds the shadow of a book's fold along one side.</summary>
    /// <param name="paper">Share of the light that remains, 0 to 1.</param>
    /// <param name="depth">Darkness of the shadow at the side, 0 to 1.</param>
    /// <param name="reach">Distance, as a share of the width, at which the shadow has fallen to 1/e.</param>
    public static void Shade(byte[] grey, int width, int height, double paper, double depth, double reach, bool right)
    {
        var light = new double[width];
        for (var x = 0; x < width; x++)
            light[x] = paper * (1 - (depth * Math.Exp(-(right ? width - 1 - x : x) / (reach * width))));
        for (var i = 0; i < width * height; i++)
            grey[i] = (byte)(grey[i] * light[i % width]);
    }

    /// <summary>Adds sensor noise of this standard deviation.</summary>
    public static void Noise(byte[] grey, Random random, double deviation)
    {
        for (var i = 0; i < grey.Length; i++)
        {
            var sum = random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5;
            grey[i] = (byte)Math.Clamp(grey[i] + (sum * 2 * deviation) + 0.5, 0, 255);
        }
    }

    /// <summary>Quantizes the 8×8 cosine coefficients like a JPEG encoder. A larger step means stronger artefacts.</summary>
    public static void Jpeg(byte[] grey, int width, int height, double step)
    {
        var basis = new double[8, 8];
        for (var k = 0; k < 8; k++)
        {
            for (var n = 0; n < 8; n++)
                basis[k, n] = (k == 0 ? Math.Sqrt(0.125) : 0.5) * Math.Cos(((2 * n) + 1) * k * Math.PI / 16);
        }

        Parallel.For(0, height / 8, row =>
        {
            double[,] block = new double[8, 8], half = new double[8, 8];
            for (var column = 0; column < width / 8; column++)
            {
                for (var i = 0; i < 64; i++)
                    block[i / 8, i % 8] = grey[(((row * 8) + (i / 8)) * width) + (column * 8) + (i % 8)] - 128;
                Turn(basis, block, half, inverse: false);
                for (var i = 0; i < 64; i++)
                {
                    var quantum = step * (1 + ((i / 8) + (i % 8)));
                    block[i / 8, i % 8] = Math.Round(block[i / 8, i % 8] / quantum) * quantum;
                }

                Turn(basis, block, half, inverse: true);
                for (var i = 0; i < 64; i++)
                    grey[(((row * 8) + (i / 8)) * width) + (column * 8) + (i % 8)] = (byte)Math.Clamp(block[i / 8, i % 8] + 128.5, 0, 255);
            }
        });
    }

    private static void Turn(double[,] basis, double[,] block, double[,] half, bool inverse)
    {
        for (var i = 0; i < 64; i++)
        {
            double sum = 0;
            for (var n = 0; n < 8; n++)
                sum += block[i / 8, n] * (inverse ? basis[n, i % 8] : basis[i % 8, n]);
            half[i / 8, i % 8] = sum;
        }

        for (var i = 0; i < 64; i++)
        {
            double sum = 0;
            for (var n = 0; n < 8; n++)
                sum += half[n, i % 8] * (inverse ? basis[n, i / 8] : basis[i / 8, n]);
            block[i / 8, i % 8] = sum;
        }
    }
}
