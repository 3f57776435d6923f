using MangaMotion.Media.Audio;

namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>
/// Measures the peaks of all channels of a sound without mixing them: in a mix, two channels in antiphase are silent, and a channel for low
/// frequencies is left out. A sound whose hundredths of a second are whole samples is not resampled, which costs more than decoding.
/// </summary>
internal sealed unsafe class ChannelPeaks : IDisposable
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

        var source = (frame->Format, frame->SampleRate, frame->Channels->Count);
        if (_context == 0 || source != _source)
            Reconfigure(frame, source);
        if (_context != 0)
            Convert(frame->Samples, frame->SampleCount);
    }

    /// <summary>Adds the samples that a resampler still holds.</summary>
    public void End()
    {
        if (_context != 0)
            Convert(null, 0);
    }

    public void Dispose() => Av.swr_free(ref _context);

    /// <summary>
    /// Configures the resampler for the rate and the channels of a frame, which may change within a file. The meter keeps the first rate.
    /// Channels that cannot be converted are left out.
    /// </summary>
    private void Reconfigure(Frame* frame, (int Format, int Rate, int Channels) source)
    {
        End();
        Av.swr_free(ref _context);
        _source = source;
        Meter ??= new PeakMeter(source.Rate is >= 8_000 and <= 192_000 && source.Rate % 100 == 0 ? source.Rate : UsualRate);
        var channels = frame->Channels;
        var set = Av.swr_alloc_set_opts2(
            ref _context, channels, Signed16, Meter.SampleRate, channels, source.Format, source.Rate, 0, 0);
        if (set < 0 || Av.swr_init(_context) < 0)
            Av.swr_free(ref _context);
    }

    private void Convert(byte** from, int count)
    {
        var room = Av.swr_get_out_samples(_context, count);
        if (room <= 0)
            return;
        var channels = _source.Channels;
        if (_samples.Length < room * channels)
            _samples = new short[room * channels];
        fixed (short* samples = _samples)
        {
            var to = samples;
            var made = Av.swr_convert(_context, &to, room, from, count);
            if (made > 0)
                Meter!.Add(_samples.AsSpan(0, made * channels), channels);
        }
    }
}
