using System.Numerics;

namespace MangaMotion.Comics.Camera;

/// <summary>Draws the frames of one shot. Not thread-safe.</summary>
public sealed class ShotCamera(PagePlanes page, CameraPath path, FrameSize size)
{
    /// <summary>Luma of black in limited range.</summary>
    private const int Black = 16;

    /// <summary>Brightness of a darkened picture in 256ths. Chosen by eye: white text stands out, the panel is still recognized.</summary>
    private const int Darkness = 64;

    private readonly FrameResampler _resampler = new(page, size, path.Windows.Max(window => window.Width));

    public CameraPath Path { get; } = path;

    public FrameSize Size { get; } = size;

    /// <summary>Whether the picture is darkened, so that text over it can be read.</summary>
    public bool IsDark { get; init; }

    /// <summary>Draws the frame at a time since the shot's start as yuv420p.</summary>
    public void Render(double seconds, Span<byte> frame)
    {
        _resampler.Render(Path.GetWindow(seconds), frame);
        if (IsDark)
            Darken(frame[..(Size.Width * Size.Height)]);
    }

    private static void Darken(Span<byte> luma)
    {
        for (var i = 0; i < luma.Length; i++)
            luma[i] = (byte)(Black + (Math.Max(0, luma[i] - Black) * Darkness / 256));
    }
}

/// <summary>
/// Draws the frames in which one shot fades into the next. Both cameras keep moving. A cross-fade is a separate segment, so that no frame
/// is encoded twice. Not thread-safe.
/// </summary>
public sealed class CrossFade
{
    private readonly ShotCamera _from;
    private readonly ShotCamera _to;
    private readonly double _seconds;
    private readonly byte[] _first;
    private readonly byte[] _second;

    /// <summary>Creates the fade between two shots.</summary>
    /// <param name="seconds">Length of the fade, more than 0. It covers the end of the first shot and the start of the second.</param>
    public CrossFade(ShotCamera from, ShotCamera to, double seconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(seconds);
        if (from.Size != to.Size)
            throw new ArgumentException($"Both shots of a fade need the same frame size; they have {from.Size} and {to.Size}.", nameof(to));
        (_from, _to) = (from, to);
        _seconds = seconds;
        _first = new byte[from.Size.FrameBytes];
        _second = new byte[from.Size.FrameBytes];
    }

    /// <summary>Draws the frame at a time since the fade's start as yuv420p.</summary>
    public void Render(double seconds, Span<byte> frame)
    {
        var t = Math.Clamp(seconds / _seconds, 0, 1);
        _from.Render(_from.Path.Seconds - _seconds + seconds, _first);
        _to.Render(seconds, _second);
        MixFrames(_first, _second, (int)Math.Round(256 * t * t * (3 - (2 * t))), frame);
    }

    /// <summary>Mixes two frames; weight 0 gives the first, 256 the second.</summary>
    private static void MixFrames(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, int weight, Span<byte> target)
    {
        var second = new Vector<ushort>((ushort)weight);
        var first = new Vector<ushort>((ushort)(256 - weight));
        var half = new Vector<ushort>(128);
        var i = 0;
        for (; i <= from.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(from[i..]), out var fromLow, out var fromHigh);
            Vector.Widen(new Vector<byte>(to[i..]), out var toLow, out var toHigh);
            var low = Vector.ShiftRightLogical((fromLow * first) + (toLow * second) + half, 8);
            var high = Vector.ShiftRightLogical((fromHigh * first) + (toHigh * second) + half, 8);
            Vector.Narrow(low, high).CopyTo(target[i..]);
        }

        for (; i < from.Length; i++)
            target[i] = (byte)(((from[i] * (256 - weight)) + (to[i] * weight) + 128) >> 8);
    }
}
