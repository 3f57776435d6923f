namespace MangaMotion.Film.Composition;

/// <summary>Quiet generated music: slow chords with soft bells over them, in a loop without a seam.</summary>
internal static class MusicBed
{
    private const double Beat = 1.0;

    // MIDI notes of A minor 9, F major 9, C major 9 and G 6, four beats each.
    private static readonly int[][] Chords = [[45, 57, 60, 64, 71], [41, 57, 60, 64, 67], [48, 55, 62, 64, 71], [43, 55, 59, 62, 64]];
    private static readonly int[] Bells = [76, 71, 72, 69, 74, 67, 72, 71];

    /// <summary>One round of 16 s at 48 kHz, −1 to 1.</summary>
    public static float[] Loop { get; } = Compose();

    private static float[] Compose()
    {
        var length = (int)(Chords.Length * 4 * Beat * Speech.Sound.FilmRate);
        var loop = new float[length];
        for (var i = 0; i < Chords.Length; i++)
        {
            foreach (var note in Chords[i])
            {
                AddNote(
                    loop, i * 4 * Beat, 5.5 * Beat, note, 0.07, time => Math.Min(1, time / 1.2) * Math.Min(1, (5.5 - time) / 1.5),
                    detune: 0.12);
            }

            for (var bell = 0; bell < 2; bell++)
            {
                AddNote(
                    loop, ((i * 4) + (bell * 2) + 1) * Beat, 3, Bells[(i * 2) + bell], 0.05,
                    time => Math.Min(1, time / 0.01) * Math.Exp(-2 * time), detune: 0);
            }
        }

        return loop;
    }

    /// <summary>Adds a note with two soft overtones. A note that is longer than the rest of the loop continues at its start.</summary>
    private static void AddNote(
        float[] loop, double start, double seconds, int note, double level, Func<double, double> envelope, double detune)
    {
        var pitch = 440 * Math.Pow(2, (note - 69) / 12.0) * 2 * Math.PI / Speech.Sound.FilmRate;
        var from = (int)(start * Speech.Sound.FilmRate);
        for (var i = 0; i < (int)(seconds * Speech.Sound.FilmRate); i++)
        {
            var time = (double)i / Speech.Sound.FilmRate;
            var wave = Math.Sin(pitch * i) + (0.3 * Math.Sin(2 * pitch * i)) + (0.1 * Math.Sin(3 * pitch * i))
                + (detune * Math.Sin(pitch * 1.004 * i));
            loop[(from + i) % loop.Length] += (float)(level * envelope(time) * wave);
        }
    }
}
