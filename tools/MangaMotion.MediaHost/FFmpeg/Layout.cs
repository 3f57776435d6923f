using System.Runtime.InteropServices;

namespace MangaMotion.MediaHost.FFmpeg;

// The few fields for which FFmpeg has neither option nor function, at their places in FFmpeg 5.1 on 64-bit machines (offsetof,
// headers of Debian's libavformat-dev, libavcodec-dev and libavutil-dev 7:5.1). Within a major version fields are only ever
// added at the end; Av.Load refuses every other one.

/// <summary>libavutil/rational.h.</summary>
internal readonly record struct Rational(int Numerator, int Denominator)
{
    public double Value => Denominator == 0 ? 0 : (double)Numerator / Denominator;
}

/// <summary>libavformat/avformat.h, AVFormatContext.</summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct FormatContext
{
    [FieldOffset(44)]
    public uint StreamCount;

    [FieldOffset(48)]
    public Stream** Streams;

    /// <summary>In millionths of a second.</summary>
    [FieldOffset(64)]
    public long StartTime;

    /// <summary>In millionths of a second.</summary>
    [FieldOffset(72)]
    public long Duration;
}

/// <summary>libavformat/avformat.h, AVStream.</summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct Stream
{
    public const int AttachedPicture = 0x400;
    public const int DiscardAll = 48;

    [FieldOffset(16)]
    public Rational TimeBase;

    [FieldOffset(48)]
    public int Disposition;

    [FieldOffset(52)]
    public int Discard;

    [FieldOffset(72)]
    public Rational AverageFrameRate;

    /// <summary>The attached picture as it is in the file.</summary>
    [FieldOffset(80)]
    public Packet Picture;

    [FieldOffset(208)]
    public CodecParameters* Parameters;
}

/// <summary>libavcodec/codec_par.h, AVCodecParameters.</summary>
[StructLayout(LayoutKind.Explicit)]
internal struct CodecParameters
{
    public const int Video = 0, Audio = 1;

    [FieldOffset(0)]
    public int Kind;

    [FieldOffset(4)]
    public int Codec;

    /// <summary>Of pixels or samples; negative where it is not known.</summary>
    [FieldOffset(28)]
    public int Format;

    [FieldOffset(56)]
    public int Width;

    [FieldOffset(60)]
    public int Height;

    [FieldOffset(84)]
    public int Transfer;

    [FieldOffset(116)]
    public int SampleRate;

    [FieldOffset(144)]
    public ChannelLayout Channels;
}

/// <summary>libavutil/channel_layout.h, AVChannelLayout.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct ChannelLayout
{
    [FieldOffset(4)]
    public int Count;
}

/// <summary>libavcodec/packet.h, AVPacket; as long as what is used of it.</summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct Packet
{
    public const int Key = 1;

    /// <summary>When it is shown, in units of the stream.</summary>
    [FieldOffset(8)]
    public long ShownAt;

    /// <summary>When it is decoded, in units of the stream.</summary>
    [FieldOffset(16)]
    public long DecodedAt;

    [FieldOffset(24)]
    public byte* Data;

    [FieldOffset(32)]
    public int Size;

    [FieldOffset(36)]
    public int StreamIndex;

    [FieldOffset(40)]
    public int Flags;

    /// <summary>In units of the stream; 0 if it is not known.</summary>
    [FieldOffset(64)]
    public long Duration;
}

/// <summary>libavutil/frame.h, AVFrame.</summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct Frame
{
    public const int Rgb24 = 2;
    public const int Pq = 16, Hlg = 18;

    /// <summary>First row of the first plane.</summary>
    [FieldOffset(0)]
    public byte* Pixels;

    /// <summary>Bytes from row to row of the first plane.</summary>
    [FieldOffset(64)]
    public int Stride;

    /// <summary>Samples: one pointer, or one a channel.</summary>
    [FieldOffset(96)]
    public byte** Samples;

    [FieldOffset(104)]
    public int Width;

    [FieldOffset(108)]
    public int Height;

    [FieldOffset(112)]
    public int SampleCount;

    [FieldOffset(116)]
    public int Format;

    [FieldOffset(208)]
    public int SampleRate;

    /// <summary>0 where it is not told, 2 for full.</summary>
    [FieldOffset(320)]
    public int Range;

    [FieldOffset(328)]
    public int Transfer;

    /// <summary>Which matrix its colours were made with.</summary>
    [FieldOffset(332)]
    public int Space;

    /// <summary>In units of the stream.</summary>
    [FieldOffset(344)]
    public long Timestamp;

    [FieldOffset(448)]
    public ChannelLayout Channels;
}
