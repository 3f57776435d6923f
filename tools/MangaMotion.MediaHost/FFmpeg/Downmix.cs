using MangaMotion.Media.Audio;

namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>All channels into one, at the sound's own rate wherever its hundredths of a second are whole samples: resampling costs more than decoding.</summary>
internal sealed unsafe class Downmix : IDisposable
{
    private const int Signed16 = 1;
    private const int UsualRate = 44_100;

    private nint _context;
    private (int Format, int Rate, int Channels) _source;
    private short[] _samples = [];

    /// <summary>Null before the first sample.</summary>
    public PeakMeter? Meter { get; private set; }

    public void Add(Frame* frame)
    {
        if (frame->SampleCount <= 0)
            return;

        var source = (frame->Format, frame->SampleRate, frame->Channels.Count);
        if (_context == 0 || source != _source)
            Follow(frame, source);
        if (_context != 0)
            Convert(frame->Samples, frame->SampleCount);
    }

    /// <summary>What a resampler still holds.</summary>
    public void End()
    {
        if (_context != 0)
            Convert(null, 0);
    }

    public void Dispose() => Av.swr_free(ref _context);

    /// <summary>Files may change their rate and channels on the way; what is measured keeps the first rate. Nothing is made of channels that cannot be mixed.</summary>
    private void Follow(Frame* frame, (int Format, int Rate, int Channels) source)
    {
        End();
        Av.swr_free(ref _context);
        _source = source;
        Meter ??= new PeakMeter(source.Rate is >= 8_000 and <= 192_000 && source.Rate % 100 == 0 ? source.Rate : UsualRate);
        var mono = default(ChannelLayout);
        Av.av_channel_layout_default(&mono, 1);
        var set = Av.swr_alloc_set_opts2(ref _context, &mono, Signed16, Meter.SampleRate, &frame->Channels, source.Format, source.Rate, 0, 0);
        if (set < 0 || Av.swr_init(_context) < 0)
            Av.swr_free(ref _context);
    }

    private void Convert(byte** from, int count)
    {
        var room = Av.swr_get_out_samples(_context, count);
        if (room <= 0)
            return;
        if (_samples.Length < room)
            _samples = new short[room];
        fixed (short* samples = _samples)
        {
            var to = samples;
            var made = Av.swr_convert(_context, &to, room, from, count);
            if (made > 0)
                Meter!.Add(_samples.AsSpan(0, made));
        }
    }
}
