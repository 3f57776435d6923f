using MangaMotion.Media.Video;

namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>Looks at single frames of a video, at poster size, and keeps the best.</summary>
internal sealed unsafe class Looks : IDisposable
{
    private readonly AvFile _file;
    private readonly int _stream;
    private readonly AvDecoder _decoder;
    private readonly int _size;
    private readonly TimeSpan _cpuBefore = Environment.CpuUsage.TotalTime;
    private readonly double _patience;
    private PosterFilter? _filter;

    /// <param name="size">Longest side of a poster in pixels.</param>
    /// <param name="patience">Seconds of processor time.</param>
    public Looks(AvFile file, ProbedVideo video, int size, double patience, params ReadOnlySpan<(string Key, string Value)> decoding)
    {
        (_file, _stream, _size, _patience, Video) = (file, video.Index, size, patience, video);
        _decoder = new AvDecoder(file[video.Index], file.Format.Decoders, decoding);
    }

    /// <summary>As the file describes it, and its first frame.</summary>
    public ProbedVideo Video { get; private set; }

    /// <summary>Null while no frame was found.</summary>
    public Poster? Best { get; private set; }

    /// <summary>Whether the best will do: it is good, or looking for a better one takes too long.</summary>
    public bool Enough => Best is not null && (Best.Score >= FrameScore.Good || (Environment.CpuUsage.TotalTime - _cpuBefore).TotalSeconds > _patience);

    /// <summary>Why frames could not be decoded; 0 where all could.</summary>
    public int Error => _decoder.Error;

    /// <summary>The last key frame at or before a time in seconds, or the frame at that time exactly, which costs all frames between.</summary>
    public void At(double seconds, bool keyFrame)
    {
        _decoder.Reset(keyFrame ? "nokey" : "default");
        _file.Seek(_stream, seconds);
        Packet* packet;
        do
        {
            packet = _file.Read(_stream);
            _decoder.Send(packet);

            // A key frame needs none of those that follow: it is asked for at once.
            var alone = keyFrame && packet is not null && (packet->Flags & Packet.Key) != 0;
            if (alone)
                _decoder.Send(null);
            for (Frame* frame; (frame = _decoder.Receive()) is not null;)
            {
                if (keyFrame || _file.Seconds(_stream, frame->Timestamp) >= seconds || Enough)
                {
                    Take(frame);
                    return;
                }
            }

            if (alone)
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

    private void Take(Frame* frame)
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
