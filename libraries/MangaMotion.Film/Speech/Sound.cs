using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MangaMotion.Film.Speech;

/// <summary>Mono sound of 16 bits.</summary>
internal sealed record Sound(int Rate, short[] Samples)
{
    /// <summary>Sample rate of all sounds of a video, in Hz.</summary>
    public const int FilmRate = 48_000;

    /// <summary>Bytes before the samples in a file of <see cref="ToWav"/>.</summary>
    public const int WavHeaderBytes = 44;

    private const int Audible = 120; // −49 dBFS
    private const double Before = 0.03, After = 0.08;

    public double Seconds => (double)Samples.Length / Rate;

    /// <summary>Reads the WAV of a synthesiser: PCM, 16 bits, mono.</summary>
    /// <exception cref="InvalidDataException">The file is not such a WAV.</exception>
    public static Sound Read(byte[] wav)
    {
        int rate = 0, at = 12;
        while (at + 8 <= wav.Length)
        {
            var size = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(wav.AsSpan(at + 4)), (uint)(wav.Length - at - 8));
            var chunk = wav.AsSpan(at + 8, size);
            if (wav.AsSpan(at, 4).SequenceEqual("fmt "u8) && size >= 16 && chunk[0] == 1 && chunk[2] == 1 && chunk[14] == 16)
                rate = BinaryPrimitives.ReadInt32LittleEndian(chunk[4..]);
            if (wav.AsSpan(at, 4).SequenceEqual("data"u8) && rate > 0)
                return new Sound(rate, MemoryMarshal.Cast<byte, short>(chunk).ToArray());
            at += 8 + size + (size % 2);
        }

        throw new InvalidDataException("The file of the synthesiser is not a PCM WAV of 16 bits, mono.");
    }

    public static Sound Join(IReadOnlyList<Sound> parts) => new(parts[0].Rate, [.. parts.SelectMany(part => part.Samples)]);

    /// <summary>Cuts off the silence at both ends.</summary>
    /// <returns>The sound and the seconds cut off its start; null if the sound is silent.</returns>
    public (Sound Sound, double Cut)? Trim()
    {
        var first = Array.FindIndex(Samples, IsAudible);
        if (first < 0)
            return null;
        var from = Math.Max(0, first - (int)(Before * Rate));
        var to = Math.Min(Samples.Length, Array.FindLastIndex(Samples, IsAudible) + (int)(After * Rate));
        return (this with { Samples = Samples[from..to] }, (double)from / Rate);

        static bool IsAudible(short sample) => Math.Abs((int)sample) > Audible;
    }

    public byte[] ToWav()
    {
        var bytes = new byte[WavHeaderBytes + (Samples.Length * 2)];
        "RIFF"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), bytes.Length - 8);
        "WAVEfmt "u8.CopyTo(bytes.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(24), Rate);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(28), Rate * 2);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(34), 16);
        "data"u8.CopyTo(bytes.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(40), Samples.Length * 2);
        MemoryMarshal.AsBytes(Samples.AsSpan()).CopyTo(bytes.AsSpan(WavHeaderBytes));
        return bytes;
    }
}
