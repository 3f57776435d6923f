namespace MangaMotion.Media.Sniffing;

/// <summary>
/// Finds bare frames of AAC (ADTS, ISO 13818-7) and MP3 (MPEG audio layer III, ISO 11172-3). A recorder that joins a running stream
/// begins in the middle of a frame, so frames are also searched after the first byte.
/// </summary>
internal static class AudioFrames
{
    /// <summary>
    /// Number of consecutive headers, each at the end of the frame before it, that show sound after the first byte of a file.
    /// </summary>
    private const int HeadersInRow = 4;

    /// <summary>Finds the type of frames that begin at the first byte.</summary>
    public static MediaType? FindAtStart(ReadOnlySpan<byte> head)
    {
        foreach (var type in (MediaType[])[MediaType.Aac, MediaType.Mp3])
        {
            // The next frame must follow the first one, unless the head ends before it.
            var length = FrameLength(head, type);
            if (length > 0 && (head.Length < length + 7 || FrameLength(head[length..], type) > 0))
                return type;
        }

        return null;
    }

    /// <summary>Finds the type of frames that begin anywhere in the head.</summary>
    public static MediaType? FindAnywhere(ReadOnlySpan<byte> head)
    {
        for (var start = head.IndexOf((byte)0xFF); start >= 0; start = Next(head, start))
        {
            foreach (var type in (MediaType[])[MediaType.Aac, MediaType.Mp3])
            {
                if (FollowEachOther(head[start..], type))
                    return type;
            }
        }

        return null;
    }

    private static int Next(ReadOnlySpan<byte> head, int start) =>
        head[(start + 1)..].IndexOf((byte)0xFF) is >= 0 and var distance ? start + 1 + distance : -1;

    private static bool FollowEachOther(ReadOnlySpan<byte> frames, MediaType type)
    {
        var first = frames;
        for (var count = 0; count < HeadersInRow; count++)
        {
            var length = FrameLength(frames, type);
            if (length == 0 || !IsAlike(first, frames, type) || (count < HeadersInRow - 1 && length >= frames.Length))
                return false;
            frames = length < frames.Length ? frames[length..] : [];
        }

        return true;
    }

    /// <summary>Whether both headers have the same version, layer and sample rate.</summary>
    private static bool IsAlike(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other, MediaType type) =>
        one[1] == other[1] && ((one[2] ^ other[2]) & (type == MediaType.Aac ? 0xFC : 0x0C)) == 0;

    /// <summary>Computes the bytes of the frame with the header at the first byte; 0 if there is no header.</summary>
    private static int FrameLength(ReadOnlySpan<byte> frame, MediaType type) =>
        type == MediaType.Aac ? AdtsLength(frame) : LayerThreeLength(frame);

    private static int AdtsLength(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < 7 || frame[0] != 0xFF || (frame[1] & 0xF6) != 0xF0 || ((frame[2] >> 2) & 15) > 12)
            return 0;
        var length = (frame[3] & 3) << 11 | frame[4] << 3 | frame[5] >> 5;
        return length > 7 ? length : 0;
    }

    private static int LayerThreeLength(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < 4 || frame[0] != 0xFF || (frame[1] & 0xE6) != 0xE2)
            return 0;

        var (version, bitrate, rate, padding) = ((frame[1] >> 3) & 3, frame[2] >> 4, (frame[2] >> 2) & 3, (frame[2] >> 1) & 1);
        if (version == 1 || bitrate is 0 or 15 || rate == 3)
            return 0;

        // Bit rates in kbit/s of MPEG version 1, and of versions 2 and 2.5; sample rates in Hz of version 1.
        ReadOnlySpan<int> first = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
        ReadOnlySpan<int> second = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
        ReadOnlySpan<int> rates = [44100, 48000, 32000];
        var hertz = rates[rate] / (version == 3 ? 1 : version == 2 ? 2 : 4);
        return version == 3 ? (144_000 * first[bitrate] / hertz) + padding : (72_000 * second[bitrate] / hertz) + padding;
    }
}
