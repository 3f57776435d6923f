using System.Runtime.InteropServices;

namespace MangaMotion.Media.Audio;

/// <summary>Lowest and highest sample of every hundredth of a second, of mono 16-bit sound that comes in pieces of any size.</summary>
internal sealed class PeakMeter
{
    public const int SampleRate = 44_100;
    private const int SamplesPerBlock = SampleRate / 100;

    private readonly List<(short Low, short High)> _blocks = [];
    private (short Low, short High) _block = (short.MaxValue, short.MinValue);
    private int _inBlock;

    public long Samples { get; private set; }

    public double Seconds => (double)Samples / SampleRate;

    /// <summary>Adds little-endian samples until the stream ends.</summary>
    public async Task ReadAsync(Stream samples, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await samples.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)) > 0)
            Add(buffer.AsSpan(0, read));
    }

    /// <summary>Adds little-endian samples; an odd last byte is dropped.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        var samples = MemoryMarshal.Cast<byte, short>(bytes);
        Samples += samples.Length;
        while (samples.Length > 0)
        {
            var here = samples[..Math.Min(samples.Length, SamplesPerBlock - _inBlock)];
            var (low, high) = _block;
            foreach (var sample in here)
                (low, high) = (Math.Min(low, sample), Math.Max(high, sample));
            _block = (low, high);
            if ((_inBlock += here.Length) == SamplesPerBlock)
                Close();
            samples = samples[here.Length..];
        }
    }

    /// <summary>Lowest and highest by turns, 8 bits, of equal stretches of the sound.</summary>
    public (int SamplesPerPair, sbyte[] Data) Reduce(int mostPairs)
    {
        var blocks = Blocks();
        var together = Math.Max(1, (int)Math.Ceiling((double)blocks.Count / mostPairs));
        var data = blocks.Chunk(together).SelectMany(chunk => (sbyte[])[(sbyte)(chunk.Min(b => b.Low) >> 8), (sbyte)(chunk.Max(b => b.High) >> 8)]);
        return (together * SamplesPerBlock, [.. data]);
    }

    /// <summary>The loudest sample of each of a number of equal parts, 0–1.</summary>
    public double[] Loudness(int parts)
    {
        var blocks = Blocks();
        var loudness = new double[parts];
        for (var part = 0; part < parts; part++)
        {
            var from = (int)((long)part * blocks.Count / parts);
            var to = Math.Max(from + 1, (int)((long)(part + 1) * blocks.Count / parts));
            for (var i = from; i < to; i++)
                loudness[part] = Math.Max(loudness[part], Math.Max(Math.Abs((double)blocks[i].Low), Math.Abs((double)blocks[i].High)) / 32768);
        }

        return loudness;
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
