using System.Globalization;
using System.Runtime.InteropServices;
using MangaMotion.Media.Hosts;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Video;

namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>An open video or sound file: what it says of itself, and its packets.</summary>
internal sealed unsafe class AvFile : IDisposable
{
    private const double Million = 1_000_000;
    private const int DisplayMatrix = 5;

    /// <summary>Seconds before the wanted time at which a stream without an index is searched first.</summary>
    private const double FirstStepBack = 2;

    private readonly HostFormat _format;
    private FormatContext* _context;
    private Packet* _packet;
    private double _skipUntil = double.NegativeInfinity;

    /// <summary>Opens a file with the demuxer of its type and no other; nothing it refers to is opened.</summary>
    /// <param name="decoder">Options of the decoders that look into the streams, as those that will decode them have.</param>
    /// <exception cref="RefusedException">It cannot be read.</exception>
    public AvFile(string path, HostFormat format, params ReadOnlySpan<(string Key, string Value)> decoder)
    {
        Av.Load();
        AvLog.Take();
        _format = format;
        using var options = new AvOptions(("protocol_whitelist", "file"), ("format_whitelist", format.Demuxer), ("codec_whitelist", format.Decoders));
        Check(Av.avformat_open_input(ref _context, $"file:{path}", Av.av_find_input_format(format.Demuxer), ref options.Handle));
        try
        {
            if (!IsDescribed())
                FindStreams(decoder);
            _packet = Av.av_packet_alloc();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>When the file begins, in seconds.</summary>
    public double Start => _context->StartTime == Av.NoTime ? 0 : _context->StartTime / Million;

    public HostFormat Format => _format;

    public Stream* this[int index] => _context->Streams[index];

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

    /// <summary>What a picture stream says of itself.</summary>
    /// <param name="frame">One of it, which may know better how wide its pixels are; null where none was decoded yet.</param>
    public ProbedVideo Describe(int index, Frame* frame = null)
    {
        var stream = _context->Streams[index];
        var parameters = stream->Parameters;
        var aspect = Av.av_guess_sample_aspect_ratio(_context, stream, frame);
        var matrix = Matrix(index);
        var turn = matrix is null ? 0 : Av.av_display_rotation_get(matrix);
        return ProbedVideo.Of(
            index,
            Name(parameters->Codec),
            (parameters->Width, parameters->Height),
            (aspect.Numerator, aspect.Denominator),
            double.IsNaN(turn) ? 0 : turn,
            stream->AverageFrameRate.Value,
            (frame is null ? parameters->Transfer : frame->Transfer) is Frame.Pq or Frame.Hlg);
    }

    /// <summary>As players turn and mirror a stream's frames by its display matrix, in EXIF's numbers.</summary>
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

    /// <summary>Reads one stream only.</summary>
    public void Only(int index)
    {
        for (var i = 0; i < _context->StreamCount; i++)
        {
            if (i != index)
                _context->Streams[i]->Discard = Stream.DiscardAll;
        }
    }

    /// <summary>
    /// Seconds that the packets cover, found by reading them to the end of the file. Where a file has no index, reading also makes the
    /// one that seeking uses. Call it before <see cref="Only"/>, or other streams are left out.
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

        // MPEG streams have no index. FFmpeg goes to any packet at that time, behind the key frame that is wanted.
        for (var back = FirstStepBack; ; back *= 4)
        {
            if (LastKeyFrame(index, seconds - back, seconds) is { } keyFrame)
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

    /// <summary>Seconds from the beginning of the file to a timestamp of a stream.</summary>
    public double Seconds(int index, long timestamp) => timestamp == Av.NoTime ? 0 : (timestamp * this[index]->TimeBase.Value) - Start;

    /// <summary>The next packet of a stream, valid until the next call; null at the end of what can be read.</summary>
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

    /// <exception cref="RefusedException">The call has failed.</exception>
    public static void Check(int result)
    {
        if (result < 0)
            throw Refusal(result);
    }

    public static RefusedException Refusal(int error)
    {
        var said = AvLog.Take(error);
        return new(new HostFailure(Shortage.OfMemory(said) ? HostFailureKind.OutOfMemory : HostFailureKind.Corrupt, said));
    }

    public void Dispose()
    {
        Av.av_packet_free(ref _packet);
        Av.avformat_close_input(ref _context);
    }

    /// <summary>Goes to the last key frame that the index has at or before a time in seconds.</summary>
    private void Seek(double seconds)
    {
        _skipUntil = double.NegativeInfinity;
        var time = (long)((seconds + Start) * Million);
        _ = Av.avformat_seek_file(_context, -1, long.MinValue, time, time, 0);
    }

    /// <summary>Time in seconds of the last key frame of a stream between two times; null if there is none.</summary>
    private double? LastKeyFrame(int index, double from, double to)
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

    /// <summary>Seconds from the beginning of the file until the packet is shown; null if it has no time.</summary>
    private double? Time(Packet* packet) =>
        packet->ShownAt != Av.NoTime ? Seconds(packet->StreamIndex, packet->ShownAt) : Decoded(packet);

    private double? Decoded(Packet* packet) =>
        packet->DecodedAt != Av.NoTime ? Seconds(packet->StreamIndex, packet->DecodedAt) : null;

    /// <summary>The display matrix of a stream; null where it has none.</summary>
    private int* Matrix(int index)
    {
        nuint size;
        var matrix = Av.av_stream_get_side_data(_context->Streams[index], DisplayMatrix, &size);
        return size >= 9 * sizeof(int) ? matrix : null;
    }

    /// <summary>
    /// Whether the head of the file says all that is needed of its pictures. Looking into the streams would decode frames, each
    /// of which costs as much as the poster's.
    /// </summary>
    private bool IsDescribed()
    {
        var pictures = 0;
        for (var i = 0; i < _context->StreamCount; i++)
        {
            var stream = _context->Streams[i];
            if (stream->Parameters->Kind != CodecParameters.Video || (stream->Disposition & Stream.AttachedPicture) != 0)
                continue;
            if (stream->Parameters->Codec == 0 || stream->Parameters->Width <= 0 || stream->Parameters->Height <= 0 || stream->AverageFrameRate.Value <= 0)
                return false;
            pictures++;
        }

        return pictures > 0 && _context->Duration > 0;
    }

    private void FindStreams(ReadOnlySpan<(string Key, string Value)> decoder)
    {
        // One set of options for each stream; what is found on the way gets none.
        var count = (int)_context->StreamCount;
        var options = stackalloc nint[Math.Max(1, count)];
        for (var i = 0; i < count; i++)
            options[i] = new AvOptions([("threads", "1"), ("codec_whitelist", _format.Decoders), .. decoder]).Handle;
        var found = Av.avformat_find_stream_info(_context, options);
        for (var i = 0; i < count; i++)
            Av.av_dict_free(ref options[i]);
        Check(found);
    }

    private static string Name(int codec) => Marshal.PtrToStringUTF8(Av.avcodec_get_name(codec)) ?? codec.ToString(CultureInfo.InvariantCulture);
}
