using System.Numerics;
using System.Runtime.InteropServices;

namespace MangaMotion.Media.Audio;

/// <summary>
/// Measures the lowest and highest sample of all channels in every hundredth of a second of 16-bit sound, which is added in pieces of any
/// size.
/// </summary>
internal sealed class PeakMeter
{
    private const int BlocksPerSecond = 100;

    /// <summary>Bytes of <see cref="Save"/> for one second of sound.</summary>
    public const int BytesPerSecond = BlocksPerSecond * 2 * sizeof(short);

    private readonly List<(short Low, short High)> _blocks;
    private readonly int _samplesPerBlock;
    private (short Low, short High) _block = (short.MaxValue, short.MinValue);
    private int _inBlock;

    /// <param name="sampleRate">Sample rate in Hz, a multiple of 100.</param>
    public PeakMeter(int sampleRate = 44_100)
        : this(sampleRate, [])
    {
    }

    private PeakMeter(int sampleRate, List<(short Low, short High)> blocks)
    {
        SampleRate = sampleRate;
        _samplesPerBlock = sampleRate / BlocksPerSecond;
        _blocks = blocks;
    }

    public int SampleRate { get; }

    /// <summary>Number of samples of one channel.</summary>
    public long Samples { get; private set; }

    public double Seconds => (double)Samples / SampleRate;

    /// <summary>Loads the values that another meter has saved.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The values do not fit the number of samples.</exception>
    public static PeakMeter Load(ReadOnlySpan<byte> saved, int sampleRate, long samples)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, BlocksPerSecond);
        var values = MemoryMarshal.Cast<byte, short>(saved);
        var blocks = new List<(short Low, short High)>(values.Length / 2);
        for (var i = 0; i + 1 < values.Length; i += 2)
            blocks.Add((values[i], values[i + 1]));
        var meter = new PeakMeter(sampleRate, blocks) { Samples = samples };
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, (blocks.Count - 1L) * meter._samplesPerBlock);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(samples, (long)blocks.Count * meter._samplesPerBlock);
        return meter;
    }

    /// <summary>Saves the lowest and highest sample of every block, alternately, in the machine's byte order.</summary>
    public byte[] Save() =>
        MemoryMarshal.AsBytes<short>([.. Blocks().SelectMany(block => (short[])[block.Low, block.High])]).ToArray();

    /// <summary>Adds interleaved little-endian samples until the stream ends.</summary>
    public async Task ReadAsync(Stream samples, int channels, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024 * sizeof(short) * channels];
        int read;
        while ((read = await samples.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)) > 0)
            Add(MemoryMarshal.Cast<byte, short>(buffer.AsSpan(0, read)), channels);
    }

    /// <summary>Adds interleaved samples of a number of channels.</summary>
    public void Add(ReadOnlySpan<short> samples, int channels)
    {
        Samples += samples.Length / channels;
        while (samples.Length >= channels)
        {
            var count = Math.Min(samples.Length / channels, _samplesPerBlock - _inBlock);
            var (low, high) = FindRange(samples[..(count * channels)]);
            _block = (Math.Min(_block.Low, low), Math.Max(_block.High, high));
            if ((_inBlock += count) == _samplesPerBlock)
                Close();
            samples = samples[(count * channels)..];
        }
    }

    /// <summary>Computes the lowest and highest sample of equal parts of the sound, alternately, 8 bits.</summary>
    public (int SamplesPerPair, sbyte[] Data) Reduce(int maxPairs)
    {
        var blocks = Blocks();
        var together = Math.Max(1, (int)Math.Ceiling((double)blocks.Count / maxPairs));
        var data = blocks.Chunk(together)
            .SelectMany(chunk => (sbyte[])[(sbyte)(chunk.Min(b => b.Low) >> 8), (sbyte)(chunk.Max(b => b.High) >> 8)]);
        return (together * _samplesPerBlock, [.. data]);
    }

    /// <summary>Finds the loudest sample of each of a number of equal parts, 0–1.</summary>
    public double[] Loudness(int parts)
    {
        var blocks = Blocks();
        var loudness = new double[parts];
        for (var part = 0; part < parts; part++)
        {
            var from = (int)((long)part * blocks.Count / parts);
            var to = Math.Max(from + 1, (int)((long)(part + 1) * blocks.Count / parts));
            for (var i = from; i < to; i++)
                loudness[part] = Math.Max(
                    loudness[part], Math.Max(Math.Abs((double)blocks[i].Low), Math.Abs((double)blocks[i].High)) / 32768);
        }

        return loudness;
    }

    private static (short Low, short High) FindRange(ReadOnlySpan<short> samples)
    {
        var (low, high) = (short.MaxValue, short.MinValue);
        if (samples.Length >= Vector<short>.Count)
        {
            var vectors = MemoryMarshal.Cast<short, Vector<short>>(samples);
            var (lows, highs) = (vectors[0], vectors[0]);
            foreach (var vector in vectors)
                (lows, highs) = (Vector.Min(lows, vector), Vector.Max(highs, vector));
            for (var i = 0; i < Vector<short>.Count; i++)
                (low, high) = (Math.Min(low, lows[i]), Math.Max(high, highs[i]));
            samples = samples[(vectors.Length * Vector<short>.Count)..];
        }

        foreach (var sample in samples)
            (low, high) = (Math.Min(low, sample), Math.Max(high, sample));
        return (low, high);
    }

    private List<(short Low, short High)> Blocks()
    {
        if (_inBlock > 0)
            Close();
        return _blocks;
    }

    private void Close()
    {
        _blocks.Add(_block);
        (_block, _inBlock) = ((short.MaxValue, short.MinValue), 0);
    }
}
