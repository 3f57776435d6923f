using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MangaMotion.MediaHost.FFmpeg;

// Fields of FFmpeg's structures for which FFmpeg has neither an option nor a function. Fields with one offset in FFmpeg 5.1 and 7.1 are
// declared with it; the others have an AvOffset. Within a major version, fields are only added at the end of a structure, and Av.Load
// refuses other major versions. NativeBindingTests compares all offsets with those that a compiler found in the headers of Debian 12 and
// Debian 13.

/// <summary>Offset in bytes of a field that FFmpeg 5.1 and 7.1 have at different places.</summary>
internal readonly record struct AvOffset(int FFmpeg5, int FFmpeg7)
{
    /// <summary>Address of the field of a structure in native memory.</summary>
    public unsafe TField* In<TStructure, TField>(ref TStructure structure)
        where TField : unmanaged =>
        (TField*)((byte*)Unsafe.AsPointer(ref structure) + (Av.IsFFmpeg7 ? FFmpeg7 : FFmpeg5));
}

/// <summary>Structure AVRational of libavutil/rational.h.</summary>
internal readonly record struct Rational(int Numerator, int Denominator)
{
    public double Value => Denominator == 0 ? 0 : (double)Numerator / Denominator;
}

/// <summary>Structure AVFormatContext of libavformat/avformat.h.</summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct FormatContext
{
    private static readonly AvOffset StartTimeAt = new(64, 96), DurationAt = new(72, 104);

    [FieldOffset(44)]
    public uint StreamCount;

    [FieldOffset(48)]
    public Stream** Streams;

    /// <summary>Time of the first packet, in microseconds.</summary>
    public long StartTime => *StartTimeAt.In<FormatContext, long>(ref this);

    /// <summary>Duration in microseconds.</summary>
    public long Duration => *DurationAt.In<FormatContext, long>(ref this);
}

/// <summary>Structure AVStream of libavformat/avformat.h.</summary>
internal unsafe struct Stream
{
    public const int AttachedPicture = 0x400;
    public const int DiscardAll = 48;

    private static readonly AvOffset TimeBaseAt = new(16, 32), DispositionAt = new(48, 64), DiscardAt = new(52, 68);
    private static readonly AvOffset AverageFrameRateAt = new(72, 88), PictureAt = new(80, 96), ParametersAt = new(208, 16);

    public Rational TimeBase => *TimeBaseAt.In<Stream, Rational>(ref this);

    public int Disposition => *DispositionAt.In<Stream, int>(ref this);

    public int Discard
    {
        set => *DiscardAt.In<Stream, int>(ref this) = value;
    }

    public Rational AverageFrameRate => *AverageFrameRateAt.In<Stream, Rational>(ref this);

    /// <summary>Packet with the attached picture.</summary>
    public Packet Picture => *PictureAt.In<Stream, Packet>(ref this);

    public CodecParameters* Parameters => (CodecParameters*)*ParametersAt.In<Stream, nint>(ref this);
}

/// <summary>Structure AVCodecParameters of libavcodec/codec_par.h.</summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct CodecParameters
{
    public const int Video = 0, Audio = 1;

    private static readonly AvOffset WidthAt = new(56, 72), HeightAt = new(60, 76), TransferAt = new(84, 108);
    private static readonly AvOffset SampleRateAt = new(116, 152), ChannelsAt = new(144, 128);

    [FieldOffset(0)]
    public int Kind;

    [FieldOffset(4)]
    public int Codec;

    public int Width => *WidthAt.In<CodecParameters, int>(ref this);

    public int Height => *HeightAt.In<CodecParameters, int>(ref this);

    public int Transfer => *TransferAt.In<CodecParameters, int>(ref this);

    public int SampleRate => *SampleRateAt.In<CodecParameters, int>(ref this);

    public ChannelLayout Channels => *ChannelsAt.In<CodecParameters, ChannelLayout>(ref this);
}

/// <summary>Structure AVChannelLayout of libavutil/channel_layout.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct ChannelLayout
{
    [FieldOffset(4)]
    public int Count;
}

/// <summary>First fields of the structure AVPacket of libavcodec/packet.h.</summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct Packet
{
    public const int Key = 1;

    /// <summary>Time at which the packet is shown, in units of the stream.</summary>
    [FieldOffset(8)]
    public long ShownAt;

    /// <summary>Time at which the packet is decoded, in units of the stream.</summary>
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

    /// <summary>Duration in units of the stream; 0 if unknown.</summary>
    [FieldOffset(64)]
    public long Duration;
}

/// <summary>Structure AVFrame of libavutil/frame.h.</summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct Frame
{
    public const int Rgb24 = 2;

    /// <summary>Colour matrices and primaries of ITU-T H.273.</summary>
    public const int Bt709 = 1, Unspecified = 2, Bt2020 = 9, DciP3 = 11, DisplayP3 = 12;

    /// <summary>Transfer curves of ITU-T H.273.</summary>
    public const int Linear = 8, Pq = 16, Hlg = 18;

    private static readonly AvOffset SampleRateAt = new(208, 192), RangeAt = new(320, 296), PrimariesAt = new(324, 300);
    private static readonly AvOffset TransferAt = new(328, 304), SpaceAt = new(332, 308), TimestampAt = new(344, 320);
    private static readonly AvOffset ChannelsAt = new(448, 408);

    /// <summary>First row of the first plane.</summary>
    [FieldOffset(0)]
    public byte* Pixels;

    /// <summary>Bytes from one row of the first plane to the next.</summary>
    [FieldOffset(64)]
    public int Stride;

    /// <summary>Pointers to samples: one pointer, or one per channel.</summary>
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

    public int SampleRate => *SampleRateAt.In<Frame, int>(ref this);

    /// <summary>Range of the colours: 0 if unspecified, 2 for full range.</summary>
    public int Range => *RangeAt.In<Frame, int>(ref this);

    public int Primaries => *PrimariesAt.In<Frame, int>(ref this);

    public int Transfer => *TransferAt.In<Frame, int>(ref this);

    /// <summary>Matrix of the colours.</summary>
    public int Space => *SpaceAt.In<Frame, int>(ref this);

    /// <summary>Time at which the frame is shown, in units of the stream.</summary>
    public long Timestamp => *TimestampAt.In<Frame, long>(ref this);

    public ChannelLayout* Channels => ChannelsAt.In<Frame, ChannelLayout>(ref this);
}
