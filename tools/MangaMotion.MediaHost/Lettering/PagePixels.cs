using System.Globalization;
using System.IO.MemoryMappedFiles;
using System.Text;

namespace MangaMotion.MediaHost.Lettering;

/// <summary>
/// Grey pixels of a page in a mapped file, because a large page does not fit into the managed heap. Rows without gaps; 0 is black.
/// </summary>
internal sealed unsafe class PagePixels : IDisposable
{
    private const int LongestHeader = 40;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _pixels;

    private PagePixels(MemoryMappedFile file, MemoryMappedViewAccessor view, byte* pixels, int width, int height)
    {
        _file = file;
        _view = view;
        _pixels = pixels;
        Width = width;
        Height = height;
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Maps a binary PGM with a header of three lines, as the worker writes it; null for any other content.</summary>
    public static PagePixels? Open(string path)
    {
        var length = new FileInfo(path).Length;
        var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, 0, MemoryMappedFileAccess.Read);
        var view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        var lines = Encoding.ASCII.GetString(start, (int)Math.Min(length, LongestHeader)).Split('\n');
        if (lines.Length >= 4 && lines[0] == "P5" && lines[2] == "255" && lines[1].Split(' ') is [var across, var down]
            && int.TryParse(across, NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            && int.TryParse(down, NumberStyles.None, CultureInfo.InvariantCulture, out var height))
        {
            var header = lines[0].Length + lines[1].Length + lines[2].Length + 3;
            if (width > 0 && height > 0 && length == header + ((long)width * height))
                return new(file, view, start + header, width, height);
        }

        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file.Dispose();
        return null;
    }

    /// <summary>
    /// Cuts a rectangle and scales it: the mean of the covered pixels when it shrinks, bilinear interpolation when it grows.
    /// </summary>
    /// <param name="width">Width of the result in pixels.</param>
    /// <param name="height">Height of the result in pixels.</param>
    public byte[] Cut(double left, double top, double right, double bottom, int width, int height)
    {
        var columns = CreateTaps(left, (right - left) / width, width, Width);
        var rows = CreateTaps(top, (bottom - top) / height, height, Height);
        var pixels = new byte[width * height];
        var sums = new float[width];
        for (var y = 0; y < height; y++)
        {
            Array.Clear(sums);
            foreach (var (row, rowWeight) in rows[y])
            {
                var line = new ReadOnlySpan<byte>(_pixels + ((long)row * Width), Width);
                for (var x = 0; x < width; x++)
                {
                    var sum = 0f;
                    foreach (var (column, weight) in columns[x])
                        sum += weight * line[column];
                    sums[x] += rowWeight * sum;
                }
            }

            for (var x = 0; x < width; x++)
                pixels[(y * width) + x] = (byte)Math.Clamp(sums[x] + 0.5f, 0, 255);
        }

        return pixels;
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    /// <summary>Lists the source pixels of each target pixel with weights that add up to 1: a triangle as wide as two steps.</summary>
    private static (int At, float Weight)[][] CreateTaps(double from, double step, int count, int size)
    {
        var taps = new (int, float)[count][];
        var reach = Math.Max(1, step);
        for (var i = 0; i < count; i++)
        {
            var middle = from + ((i + 0.5) * step) - 0.5;
            int first = (int)Math.Ceiling(middle - reach), last = (int)Math.Floor(middle + reach);
            var weights = new (int At, float Weight)[last - first + 1];
            for (var at = first; at <= last; at++)
                weights[at - first] = (Math.Clamp(at, 0, size - 1), (float)(1 - (Math.Abs(at - middle) / reach)));
            var sum = weights.Sum(tap => tap.Weight);
            taps[i] = Array.ConvertAll(weights, tap => (tap.At, tap.Weight / sum));
        }

        return taps;
    }
}
