using System.Runtime.InteropServices;
using MangaMotion.Film.Speech;

namespace MangaMotion.Film.Composition;

/// <summary>A spoken line in the video.</summary>
/// <param name="Path">WAV as <see cref="SpokenLine"/> has it: 48 kHz, mono, 16 bits.</param>
/// <param name="Start">Seconds into the video.</param>
public sealed record SpeechClip(string Path, double Start);

/// <summary>
/// The sound of a video, sample by sample: every line at its exact place, and music that goes down where somebody speaks. It is
/// written as a stream, so that an hour takes no more memory than a minute.
/// </summary>
internal sealed class SoundTrack(IReadOnlyList<SpeechClip> clips, bool music, double seconds)
{
    private const int Rate = Sound.FilmRate;
    private const int Block = Rate / 10;
    private const float Loud = 0.8f, Ducked = 0.22f;

    /// <summary>Seconds around speech in which the music is down already, or still.</summary>
    private const double Around = 0.4;

    private readonly (SpeechClip Clip, double End)[] _clips =
        [.. clips.OrderBy(clip => clip.Start).Select(clip => (clip, clip.Start + ((double)(new FileInfo(clip.Path).Length - 44) / 2 / Rate)))];

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
                if (next == _clips.Length || playing.Start + playing.Samples.Length > end || Start(_clips[next].Clip) >= end)
                    break;
                playing = (Sound.Read(await File.ReadAllBytesAsync(_clips[next].Clip.Path, cancellationToken)).Samples, Start(_clips[next].Clip));
                next++;
            }

            if (music)
                gain = AddMusic(block, at, total, gain);
            await stream.WriteAsync(MemoryMarshal.AsBytes(block.AsSpan(0, (int)Math.Min(Block, total - at))).ToArray(), cancellationToken);
        }
    }

    private static long Start(SpeechClip clip) => (long)Math.Round(clip.Start * Rate);

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
            // In and out softly with the video.
            var edge = Math.Min(1, Math.Min(at + i, total - at - i) / (1.5f * Rate));
            var level = (gain + ((reached - gain) * i / Block)) * edge;
            block[i] = (short)Math.Clamp(block[i] + (level * 8_000 * MusicBed.Loop[(at + i) % MusicBed.Loop.Length]), short.MinValue, short.MaxValue);
        }

        return reached;
    }
}
