using MangaMotion.Media.Video;

namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>Decodes single frames of a video at poster size, and keeps the best.</summary>
internal sealed unsafe class PosterCandidates : IDisposable
{
    private readonly AvFile _file;
    private readonly int _stream;
    private readonly AvDecoder _decoder;
    private readonly int _size;
    private readonly TimeSpan _cpuBefore = Environment.CpuUsage.TotalTime;
    private readonly double _cpuSeconds;
    private PosterFilter? _filter;

    /// <param name="size">Longest side of a poster in pixels.</param>
    /// <param name="cpuSeconds">Processor time in seconds after which the best frame so far is used.</param>
    public PosterCandidates(
        AvFile file, ProbedVideo video, int size, double cpuSeconds, params ReadOnlySpan<(string Key, string Value)> decoding)
    {
        _file = file;
        _stream = video.Index;
        _size = size;
        _cpuSeconds = cpuSeconds;
        Video = video;
        _decoder = new AvDecoder(file[video.Index], file.Format.Decoders, decoding);
    }

    /// <summary>Description of the video by the file, and by its first frame once it is decoded.</summary>
    public ProbedVideo Video { get; private set; }

    /// <summary>Best frame; null while none was found.</summary>
    public Poster? Best { get; private set; }

    /// <summary>Whether to stop searching: the best frame is good, or the search has used its processor time.</summary>
    public bool IsEnough =>
        Best is not null
        && (Best.Score >= FrameScore.Good || (Environment.CpuUsage.TotalTime - _cpuBefore).TotalSeconds > _cpuSeconds);

    /// <summary>FFmpeg's error of the last frame that could not be decoded; 0 if all could.</summary>
    public int Error => _decoder.Error;

    /// <summary>
    /// Tries the last key frame at or before a time in seconds, or the frame at exactly that time, for which all frames between are
    /// decoded.
    /// </summary>
    public void Try(double seconds, bool keyFrame)
    {
        _decoder.Reset(keyFrame ? "nokey" : "default");
        _file.Seek(_stream, seconds);
        Packet* packet;
        do
        {
            packet = _file.Read(_stream);
            _decoder.Send(packet);

            // A key frame needs no packets after it, so ending the stream returns it at once.
            var isKeyFrame = keyFrame && packet is not null && (packet->Flags & Packet.Key) != 0;
            if (isKeyFrame)
                _decoder.Send(null);
            for (Frame* frame; (frame = _decoder.Receive()) is not null;)
            {
                if (keyFrame || _file.Seconds(_stream, frame->Timestamp) >= seconds || IsEnough)
                {
                    Compare(frame);
                    return;
                }
            }

            if (isKeyFrame)
                _decoder.Reset("nokey");
        }
        while (packet is not null);
    }

    public void Dispose()
    {
        Best?.Dispose();
        _filter?.Dispose();
        _decoder.Dispose();
    }

    private void Compare(Frame* frame)
    {
        if (_filter is null)
        {
            Video = _file.Describe(_stream, frame);
            _filter = new PosterFilter(Video, _size);
        }

        if (_filter.Run(frame) is not { } poster)
            return;

        poster.Pack();
        var (better, worse) = poster.Score > (Best?.Score ?? -1) ? (poster, Best) : (Best, poster);
        worse?.Dispose();
        Best = better;
    }
}
