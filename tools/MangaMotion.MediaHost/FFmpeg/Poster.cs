using System.Runtime.InteropServices;
using MangaMotion.Media.Video;

namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>Frame at poster size: rows of 8-bit red, green and blue, in native memory because the managed heap is small.</summary>
internal sealed unsafe class Poster(int width, int height) : IDisposable
{
    /// <summary>Bytes of a vector. Scalers write whole vectors, past the end of a row.</summary>
    private const int Vector = 64;

    private byte* _rows = (byte*)NativeMemory.AlignedAlloc((nuint)Padded(width) * (nuint)(height + 1), Vector);

    public int Width => width;

    public int Height => height;

    /// <summary>Bytes from one row to the next, until the poster is <see cref="Pack">packed</see>.</summary>
    public int Stride => Padded(width);

    public byte* Rows => _rows;

    /// <summary><see cref="FrameScore"/> of a packed poster.</summary>
    public double Score { get; private set; }

    public ReadOnlySpan<byte> Pixels => new(_rows, checked(width * height * 3));

    public void Copy(byte* rows, int stride)
    {
        for (var y = 0; y < height; y++)
            NativeMemory.Copy(rows + ((nint)y * stride), _rows + ((nint)y * Stride), (nuint)width * 3);
    }

    /// <summary>Removes the padding between rows, and computes the score.</summary>
    public void Pack()
    {
        var row = width * 3;
        for (var y = 1; y < height && row != Stride; y++)
            Buffer.MemoryCopy(_rows + ((nint)y * Stride), _rows + ((nint)y * row), row, row);
        Score = FrameScore.Compute(Pixels, width, height);
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_rows);
        _rows = null;
    }

    private static int Padded(int width) => ((width * 3) + Vector - 1) / Vector * Vector;
}
