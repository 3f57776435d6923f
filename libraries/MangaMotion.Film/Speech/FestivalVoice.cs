using System.Globalization;
using System.Text;
using MangaMotion.Media;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Film.Speech;

/// <summary>What a synthesiser made: the sound at its own rate, and the words in it.</summary>
internal sealed record Utterance(Sound Sound, IReadOnlyList<SpokenWord> Words);

/// <summary>festival with the voice slt. The script is ours and constant; the line is a file that festival reads as plain text.</summary>
internal sealed class FestivalVoice(ToolRunner tools)
{
    /// <summary>
    /// Size of festival's heap in Lisp cells. festival writes all of it at start: its default makes 330 MB resident and costs 0.4 CPU-s a
    /// line, this one 52 MB and 0.04. The longest line, 2,000 characters in one sentence, sounds alike with both.
    /// </summary>
    private const int HeapCells = 1_000_000;

    // A word without segments, such as a comma, has no times; both are 0 then.
    private const string Script =
        """
        (voice_cmu_us_slt_arctic_hts)
        (set! part 0)
        (set! index 0)
        (define (say utt)
          (set! utt (utt.synth utt))
          (set! part (+ part 1))
          (utt.save.wave utt (format nil "%d.wav" part) 'riff)
          (mapcar
            (lambda (token)
              (set! index (+ index 1))
              (mapcar
                (lambda (word)
                  (format t "%d\t%d\t%f\t%f\n" part index (item.feat word 'word_start) (item.feat word 'word_end)))
                (item.daughters token)))
            (utt.relation.items utt 'Token))
          utt)
        (set! tts_hooks (list say))
        (tts_file "line.txt" 'fundamental)
        """;

    public async Task<Utterance> SpeakAsync(Workspace workspace, IReadOnlyList<SpeechWord> words, CancellationToken cancellationToken)
    {
        var directory = workspace.NewDirectory();
        await File.WriteAllTextAsync(Path.Combine(directory, "speak.scm"), Script, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(directory, "line.txt"), Text(words), Encoding.ASCII, cancellationToken);
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "festival",
                Arguments = ["--heap", $"{HeapCells}", "-b", "speak.scm"],
                Directory = directory,
                ReadOnlyPaths = SystemFiles.Existing("/etc/festival.scm"),
                CpuSeconds = 120,
                WallSeconds = 300,
                Subject = "line",
            },
            cancellationToken);

        var parts = new List<Sound>();
        while (Path.Combine(directory, $"{parts.Count + 1}.wav") is var part && File.Exists(part))
            parts.Add(Sound.Read(await File.ReadAllBytesAsync(part, cancellationToken)));
        if (result.ExitCode != 0 || parts.Count == 0)
            throw new ToolFailedException("festival", result.Detail);
        return new Utterance(Sound.Join(parts), Times(words, parts, Encoding.ASCII.GetString(result.Stdout)));
    }

    /// <summary>A sentence ends at a full stop only where a capital follows.</summary>
    private static string Text(IReadOnlyList<SpeechWord> words) =>
        string.Join(' ', words.Select((word, index) => index > 0
            && words[index - 1].Spoken[^1] is '.' or '!' or '?' ? char.ToUpperInvariant(word.Spoken[0]) + word.Spoken[1..] : word.Spoken));

    /// <summary>
    /// The words with festival's times. It makes one token of each spoken word; where it made more or fewer, the times are spread.
    /// </summary>
    private static IReadOnlyList<SpokenWord> Times(IReadOnlyList<SpeechWord> words, List<Sound> parts, string lines)
    {
        var starts = new double[parts.Count + 1];
        for (var i = 0; i < parts.Count; i++)
            starts[i + 1] = starts[i] + parts[i].Seconds;

        var tokens = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t').Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToArray())
            .Select(field => (Index: (int)field[1], Offset: starts[(int)field[0] - 1], Start: field[2], End: field[3]))
            .Where(word => word.End > word.Start)
            .GroupBy(word => word.Index)
            .ToDictionary(token => token.Key, token => (
                Start: token.Min(word => word.Offset + word.Start), End: token.Max(word => word.Offset + word.End)));
        (double Start, double End)[] times = [.. tokens.OrderBy(token => token.Key).Select(token => token.Value)];
        var counts = words.Select(word => word.Spoken.Count(sign => sign == ' ') + 1).ToArray();
        if (times.Length != counts.Sum())
            return WordTimes.Spread(words, 0, starts[^1]);
        var first = 0;
        return [.. words.Zip(counts, (word, count) => new SpokenWord(word.Shown, times[first].Start, times[(first += count) - 1].End))];
    }
}
