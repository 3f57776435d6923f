using System.Globalization;
using System.Runtime.InteropServices;
using MangaMotion.Media.Hosts;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Video;

namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>An open video or sound file: its description and its packets.</summary>
internal sealed unsafe class AvFile : IDisposable
{
    private const double Million = 1_000_000;
    private const int DisplayMatrix = 5;

    /// <summary>Seconds.</summary>
    public const double LateStart = 1;

    /// <summary>Seconds before the wanted time at which the search in a stream without an index begins.</summary>
    private const double FirstStepBack = 2;

    private readonly HostFormat _format;
    private FormatContext* _context;
    private Packet* _packet;
    private double _skipUntil = double.NegativeInfinity;
    private double _firstTime;

    /// <summary>Opens the input with the demuxer of its type and no other. Files that it refers to are not opened.</summary>
    /// <param name="decoder">Options of the decoders that examine the streams: those of the decoders that are used later.</param>
    /// <exception cref="RefusedException">The file cannot be read.</exception>
    public AvFile(HostArguments host, HostFormat format, params ReadOnlySpan<(string Key, string Value)> decoder)
    {
        Av.Load(host.FFmpegDirectory);
        AvLog.Take();
        _format = format;
        using var options = new AvOptions(
            ("protocol_whitelist", "file"), ("format_whitelist", format.Demuxer), ("codec_whitelist", format.Decoders));
        Check(Av.avformat_open_input(ref _context, $"file:{host.Input}", Av.av_find_input_format(format.Demuxer), ref options.Handle));
        try
        {
            if (!IsDescribed())
                FindStreams(decoder);
            _packet = Av.av_packet_alloc();
            if (_context->StartTime == Av.NoTime)
                FindStart();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Time of the beginning of the file, in seconds.</summary>
    public double Start => _context->StartTime == Av.NoTime ? _firstTime : _context->StartTime / Million;

    public HostFormat Format => _format;

    public Stream* this[int index] => _context->Streams[index];

    /// <summary>Describes the file and its first picture stream, sound stream and attached picture.</summary>
    public Probed Probe()
    {
        var (video, audio, cover) = (default(ProbedVideo), default(ProbedAudio), default(int?));
        for (var index = 0; index < _context->StreamCount; index++)
        {
            var stream = _context->Streams[index];
            var parameters = stream->Parameters;
            if (parameters->Kind == CodecParameters.Audio)
                audio ??= new ProbedAudio(index, Name(parameters->Codec), parameters->SampleRate, parameters->Channels.Count);
            else if (parameters->Kind == CodecParameters.Video && (stream->Disposition & Stream.AttachedPicture) != 0)
                cover ??= index;
            else if (parameters->Kind == CodecParameters.Video && parameters->Width > 0 && parameters->Height > 0)
                video ??= Describe(index);
        }

        return new Probed(_context->Duration == Av.NoTime ? 0 : Math.Max(0, _context->Duration / Million), video, audio, cover);
    }

    /// <summary>Describes a picture stream.</summary>
    /// <param name="frame">
    /// A frame of the stream, which may state the shape of its pixels more exactly; null if none is decoded yet.
    /// </param>
    public ProbedVideo Describe(int index, Frame* frame = null)
    {
        var stream = _context->Streams[index];
        var parameters = stream->Parameters;
        var aspect = Av.av_guess_sample_aspect_ratio(_context, stream, frame);
        var matrix = Matrix(index);
        var turn = matrix is null ? 0 : Av.av_display_rotation_get(matrix);
        return ProbedVideo.Create(
            index,
            Name(parameters->Codec),
            (parameters->Width, parameters->Height),
            (aspect.Numerator, aspect.Denominator),
            double.IsNaN(turn) ? 0 : turn,
            stream->AverageFrameRate.Value,
            (frame is null ? parameters->Transfer : frame->Transfer) is Frame.Pq or Frame.Hlg);
    }

    /// <summary>Converts the display matrix of a stream, by which players rotate and mirror its frames, to an EXIF orientation.</summary>
    public int Orientation(int index)
    {
        var matrix = Matrix(index);
        return matrix is null ? 1 : Describe(index).Rotation switch
        {
            90 => matrix[3] > 0 ? 5 : 6,
            180 => (matrix[0] < 0, matrix[4] < 0) switch { (true, true) => 3, (true, false) => 2, (false, true) => 4, _ => 1 },
            270 => matrix[3] < 0 ? 7 : 8,
            _ => matrix[4] < 0 ? 4 : 1,
        };
    }

    /// <summary>Discards the packets of all streams but one.</summary>
    public void SelectStream(int index)
    {
        for (var i = 0; i < _context->StreamCount; i++)
        {
            if (i != index)
                _context->Streams[i]->Discard = Stream.DiscardAll;
        }
    }

    /// <summary>
    /// Measures the seconds that the packets cover, by reading them to the end of the file. In a file without an index, reading also makes
    /// the index that seeking uses. Call it before <see cref="SelectStream"/>, which
    /// leaves other streams out.
    /// </summary>
    /// <param name="from">Second from which to read, to measure a file with an index at little cost.</param>
    /// <param name="cpuSeconds">Processor time after which the measurement is given up.</param>
    /// <returns>Null if it was given up, or no packet has a time.</returns>
    public double? MeasureEnd(double from, double cpuSeconds)
    {
        if (from > 0)
            Seek(from);
        var (end, before) = (0.0, Environment.CpuUsage.TotalTime);
        for (var count = 1; ReadAny() is var packet && packet is not null; count++)
        {
            var duration = packet->Duration * this[packet->StreamIndex]->TimeBase.Value;
            if (Time(packet) is { } time)
                end = Math.Max(end, time + duration);
            if (count % 1_000 == 0 && (Environment.CpuUsage.TotalTime - before).TotalSeconds > cpuSeconds)
                return null;
        }

        return end > 0 ? end : null;
    }

    /// <summary>
    /// Goes to the last key frame of a stream at or before a time in seconds, or to the first key frame if all are later. If the file
    /// cannot be positioned, reading goes on from where it was.
    /// </summary>
    public void Seek(int index, double seconds)
    {
        if (_format.Demuxer is not ("mpegts" or "mpeg"))
        {
            Seek(seconds);
            return;
        }

        // MPEG streams have no index. FFmpeg seeks to any packet at that time, which may be after the key frame.
        for (var back = FirstStepBack; ; back *= 4)
        {
            if (FindLastKeyFrame(index, seconds - back, seconds) is { } keyFrame)
            {
                Seek(seconds - back);
                _skipUntil = keyFrame;
                return;
            }

            if (back > seconds + FirstStepBack)
                break;
        }

        Seek(0);
    }

    /// <summary>Converts a timestamp of a stream to seconds from the beginning of the file.</summary>
    public double Seconds(int index, long timestamp) => timestamp == Av.NoTime ? 0 : (timestamp * this[index]->TimeBase.Value) - Start;

    /// <summary>Reads the next packet of a stream, valid until the next call; null at the end of the readable part.</summary>
    public Packet* Read(int index)
    {
        Packet* packet;
        do
        {
            packet = ReadAny();
        }
        while (packet is not null && (packet->StreamIndex != index || Time(packet) < _skipUntil));
        _skipUntil = double.NegativeInfinity;
        return packet;
    }

    /// <summary>Checks the result of a call.</summary>
    /// <exception cref="RefusedException">The call failed.</exception>
    public static void Check(int result)
    {
        if (result < 0)
            throw Refusal(result);
    }

    /// <summary>Makes the exception for an error of a call, with the messages that the libraries logged.</summary>
    public static RefusedException Refusal(int error)
    {
        var messages = AvLog.Take(error);
        return new(new HostFailure(ToolErrors.IsNoMemory(messages) ? HostFailureKind.OutOfMemory : HostFailureKind.Corrupt, messages));
    }

    public void Dispose()
    {
        Av.av_packet_free(ref _packet);
        Av.avformat_close_input(ref _context);
    }

    /// <summary>Seeks to the last key frame in the index at or before a time in seconds.</summary>
    private void Seek(double seconds)
    {
        _skipUntil = double.NegativeInfinity;
        var time = (long)((seconds + Start) * Million);
        _ = Av.avformat_seek_file(_context, -1, long.MinValue, time, time, 0);
    }

    /// <summary>Finds the time in seconds of the last key frame of a stream between two times; null if there is none.</summary>
    private double? FindLastKeyFrame(int index, double from, double to)
    {
        Seek(from);
        double? last = null;
        while (Read(index) is var packet && packet is not null && !(Decoded(packet) > to))
        {
            if ((packet->Flags & Packet.Key) != 0 && Time(packet) is { } time && time <= to)
                last = time;
        }

        return last;
    }

    private Packet* ReadAny()
    {
        Av.av_packet_unref(_packet);
        return Av.av_read_frame(_context, _packet) < 0 ? null : _packet;
    }

    /// <summary>Seconds from the beginning of the file to the time at which the packet is shown; null if it has no time.</summary>
    private double? Time(Packet* packet) =>
        packet->ShownAt != Av.NoTime ? Seconds(packet->StreamIndex, packet->ShownAt) : Decoded(packet);

    private double? Decoded(Packet* packet) =>
        packet->DecodedAt != Av.NoTime ? Seconds(packet->StreamIndex, packet->DecodedAt) : null;

    /// <summary>Gets the display matrix of a stream; null if it has none.</summary>
    private int* Matrix(int index)
    {
        nuint size;
        var matrix = Av.av_stream_get_side_data(_context->Streams[index], DisplayMatrix, &size);
        return size >= 9 * sizeof(int) ? matrix : null;
    }

    /// <summary>
    /// Whether the header of the file describes its picture streams completely. Examining the streams would decode frames, each of which
    /// costs as much as that of the poster.
    /// </summary>
    private bool IsDescribed()
    {
        var pictures = 0;
        for (var i = 0; i < _context->StreamCount; i++)
        {
            var stream = _context->Streams[i];
            var parameters = stream->Parameters;
            if (parameters->Kind != CodecParameters.Video || (stream->Disposition & Stream.AttachedPicture) != 0)
                continue;
            if (parameters->Codec == 0 || parameters->Width <= 0 || parameters->Height <= 0 || stream->AverageFrameRate.Value <= 0)
                return false;
            pictures++;
        }

        return pictures > 0 && _context->Duration > 0;
    }

    /// <summary>
    /// Finds when a file begins whose head does not state it, such as a part of a longer recording that kept its times. A start within the
    /// first second is not counted.
    /// </summary>
    private void FindStart()
    {
        var first = ReadAny();
        var time = first is null ? 0 : Time(first) ?? 0;
        Seek(0);
        if (time > LateStart)
            _firstTime = time;
    }

    private void FindStreams(ReadOnlySpan<(string Key, string Value)> decoder)
    {
        // One set of options for each stream. Streams that are found while reading get none.
        var count = (int)_context->StreamCount;
        var options = stackalloc nint[Math.Max(1, count)];
        for (var i = 0; i < count; i++)
            options[i] = new AvOptions([("threads", "1"), ("codec_whitelist", _format.Decoders), .. decoder]).Handle;
        var found = Av.avformat_find_stream_info(_context, options);
        for (var i = 0; i < count; i++)
            Av.av_dict_free(ref options[i]);
        Check(found);
    }

    /// <summary>FFmpeg's name of a codec, such as <c>cinepak</c>.</summary>
    public static string Name(int codec) =>
        Marshal.PtrToStringUTF8(Av.avcodec_get_name(codec)) ?? codec.ToString(CultureInfo.InvariantCulture);
}
