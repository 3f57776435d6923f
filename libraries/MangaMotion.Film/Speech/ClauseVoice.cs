using System.Text;
using MangaMotion.Media;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Film.Speech;

/// <summary>
/// Voices that do not tell when they say which word: espeak-ng and flite. They are quick, so each clause is a run of its own, which
/// puts every clause at its exact time; within it the words are spread.
/// </summary>
internal sealed class ClauseVoice(ToolRunner tools)
{
    private const double Breath = 0.18, FullStop = 0.4;

    /// <summary>Characters without a space. espeak-ng says about 75 kana of a word, and leaves out the rest without a message.</summary>
    private const int LongestWord = 40;

    /// <param name="voice">espeak-ng's voice, such as <c>en-us</c>; null for flite.</param>
    public async Task<Utterance> SpeakAsync(
        Workspace workspace, IReadOnlyList<SpeechWord> words, string? voice, string separator, CancellationToken cancellationToken)
    {
        var parts = new List<Sound>();
        var times = new List<SpokenWord>();
        var at = 0.0;
        foreach (var clause in Clauses(words))
        {
            if ((await SayAsync(
                workspace, Join(clause, separator), voice, cancellationToken)).Trim() is not { } said)
            {
                times.AddRange(clause.Select(word => new SpokenWord(word.Shown, at, at)));
                continue;
            }

            var sound = said.Sound;
            times.AddRange(WordTimes.Spread(clause, at, at + sound.Seconds));
            var pause = new short[(
                int)(sound.Rate * (clause[^1].Shown.Any(sign => ".!?…。！？".Contains(sign, StringComparison.Ordinal)) ? FullStop : Breath))];
            parts.Add(sound with { Samples = [.. sound.Samples, .. pause] });
            at += parts[^1].Seconds;
        }

        return parts.Count > 0 ? new Utterance(Sound.Join(parts), times) : new Utterance(new Sound(Sound.FilmRate, []), times);
    }

    private static IEnumerable<IReadOnlyList<SpeechWord>> Clauses(IReadOnlyList<SpeechWord> words)
    {
        for (var from = 0; from < words.Count;)
        {
            var to = from;
            while (to < words.Count - 1 && !words[to].EndsClause)
                to++;
            yield return [.. words.Skip(from).Take(to + 1 - from)];
            from = to + 1;
        }
    }

    /// <summary>Joins the words of a clause, with spaces in the long words that Japanese makes of it.</summary>
    private static string Join(IReadOnlyList<SpeechWord> clause, string separator)
    {
        var text = new StringBuilder();
        var sinceSpace = 0;
        foreach (var word in clause)
        {
            if (sinceSpace + word.Spoken.Length <= LongestWord)
            {
                text.Append(text.Length > 0 ? separator : "");
            }
            else
            {
                text.Append(' ');
                sinceSpace = 0;
            }

            text.Append(word.Spoken);
            sinceSpace += word.Spoken.Length;
        }

        return text.ToString();
    }

    private async Task<Sound> SayAsync(Workspace workspace, string clause, string? voice, CancellationToken cancellationToken)
    {
        var directory = workspace.NewDirectory();
        await File.WriteAllTextAsync(Path.Combine(directory, "line.txt"), clause, new UTF8Encoding(false), cancellationToken);
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = voice is null ? "flite" : "espeak-ng",
                Arguments = voice is null
                    ? ["-voice", "slt", "-f", "line.txt", "-o", "line.wav"]
                    : ["-v", voice, "-s", "160", "-f", "line.txt", "-w", "line.wav"],
                Directory = directory,
                Subject = "line",
            },
            cancellationToken);
        var made = Path.Combine(directory, "line.wav");
        return result.ExitCode == 0 && File.Exists(made)
            ? Sound.Read(await File.ReadAllBytesAsync(made, cancellationToken))
            : throw new ToolFailedException(voice is null ? "flite" : "espeak-ng", result.Detail);
    }
}
