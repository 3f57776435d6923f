using System.Runtime.InteropServices;
using MangaMotion.Film.Speech;

namespace MangaMotion.Film.Composition;

/// <summary>A spoken line in the video.</summary>
/// <param name="Path">WAV of a <see cref="SpokenLine"/>: 48 kHz, mono, 16 bits.</param>
/// <param name="Start">Seconds into the video.</param>
public sealed record SpeechClip(string Path, double Start)
{
    /// <summary>Whether the line is a pause, such as an ellipsis, so that nothing has to be heard.</summary>
    public bool IsPause { get; init; }
}

/// <summary>
/// Sound of a video, sample by sample: every line at its exact place, and music that is quieter under speech. It is written as a stream,
/// so an hour takes no more memory than a minute.
/// </summary>
internal sealed class SoundTrack(IReadOnlyList<SpeechClip> clips, bool music, double seconds)
{
    private const int Rate = Sound.FilmRate;
    private const int Block = Rate / 10;
    /// <summary>Level below which a line is not heard, in 16-bit steps: −49 dBFS.</summary>
    private const int Audible = 120;

    /// <summary>Samples in a row at the largest level that are heard as distortion.</summary>
    private const int ClippedSamples = 4;

    /// <summary>Seconds without speech that viewers take for a fault.</summary>
    private const double MaxSilence = 10;

    private const float Loud = 0.8f, Ducked = 0.22f;

    /// <summary>Amplitude of the music at a gain of 1, in 16-bit steps.</summary>
    private const float MusicLevel = 8_000;

    /// <summary>Seconds before and after speech in which the music is quiet.</summary>
    private const double Around = 0.4;

    private readonly (SpeechClip Clip, double End)[] _clips =
    [
        .. clips.OrderBy(clip => clip.Start)
            .Select(clip => (clip, clip.Start + ((double)(new FileInfo(clip.Path).Length - Sound.WavHeaderBytes) / 2 / Rate))),
    ];

    private readonly List<double> _silentLines = [], _clippedLines = [];

    public bool IsSilent => !music && _clips.Length == 0;

    /// <summary>Writes 16-bit mono samples, 48 kHz, for exactly the length of the video.</summary>
    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        var total = (long)Math.Round(seconds * Rate);
        var block = new short[Block];
        var (next, gain) = (0, Loud);
        (short[] Samples, long Start) playing = ([], 0);
        for (long at = 0; at < total; at += Block)
        {
            Array.Clear(block);
            var end = at + Block;
            while (true)
            {
                Copy(playing, block, at);
                if (next == _clips.Length || playing.Start + playing.Samples.Length > end || GetStart(_clips[next].Clip) >= end)
                    break;
                var clip = _clips[next++].Clip;
                playing = (Sound.Read(await File.ReadAllBytesAsync(clip.Path, cancellationToken)).Samples, GetStart(clip));
                CheckLine(playing.Samples, clip);
            }

            if (music)
                gain = AddMusic(block, at, total, gain);
            var written = MemoryMarshal.AsBytes(block.AsSpan(0, (int)Math.Min(Block, total - at))).ToArray();
            await stream.WriteAsync(written, cancellationToken);
        }
    }

    /// <summary>Describes to the owner the faults of the sound that was written.</summary>
    public IEnumerable<string> DescribeFaults()
    {
        if (_silentLines.Count > 0)
            yield return $"The line at {JoinTimes(_silentLines)} cannot be heard.";
        if (_clippedLines.Count > 0)
            yield return $"The sound is distorted by clipping at {JoinTimes(_clippedLines)}.";
        if (music)
            yield break;
        foreach (var (from, to) in _clips.Select(clip => clip.End).Prepend(0).Zip(_clips.Select(clip => clip.Clip.Start).Append(seconds)))
        {
            if (to - from > MaxSilence)
                yield return $"Nothing is spoken from {FilmCheck.FormatTime(from)} to {FilmCheck.FormatTime(to)}.";
        }
    }

    private static string JoinTimes(IEnumerable<double> times) => string.Join(", ", times.Select(FilmCheck.FormatTime).Distinct());

    private void CheckLine(short[] samples, SpeechClip clip)
    {
        var (peak, atLimit, clipped) = (0, 0, false);
        foreach (var sample in samples)
        {
            var level = Math.Abs((int)sample);
            peak = Math.Max(peak, level);
            atLimit = level >= short.MaxValue ? atLimit + 1 : 0;
            clipped |= atLimit >= ClippedSamples;
        }

        if (peak < Audible && !clip.IsPause)
            _silentLines.Add(clip.Start);
        if (clipped)
            _clippedLines.Add(clip.Start);
    }

    private static long GetStart(SpeechClip clip) => (long)Math.Round(clip.Start * Rate);

    private static void Copy((short[] Samples, long Start) playing, short[] block, long at)
    {
        var from = Math.Max(playing.Start, at);
        var length = Math.Min(playing.Start + playing.Samples.Length, at + Block) - from;
        if (length > 0)
            playing.Samples.AsSpan((int)(from - playing.Start), (int)length).CopyTo(block.AsSpan((int)(from - at)));
    }

    private float AddMusic(short[] block, long at, long total, float gain)
    {
        double from = ((double)at / Rate) - Around, to = ((double)(at + Block) / Rate) + Around;
        var target = _clips.Any(clip => clip.Clip.Start < to && clip.End > from) ? Ducked : Loud;
        var reached = gain + Math.Clamp(target - gain, -(Loud - Ducked) / 3, (Loud - Ducked) / 3);
        for (var i = 0; i < Block; i++)
        {
            // The music fades in and out with the video.
            var edge = Math.Min(1, Math.Min(at + i, total - at - i) / (1.5f * Rate));
            var level = (gain + ((reached - gain) * i / Block)) * edge;
            var added = level * MusicLevel * MusicBed.Loop[(at + i) % MusicBed.Loop.Length];
            block[i] = (short)Math.Clamp(block[i] + added, short.MinValue, short.MaxValue);
        }

        return reached;
    }
}
