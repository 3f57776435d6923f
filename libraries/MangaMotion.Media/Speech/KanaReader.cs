using System.Text;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Speech;

/// <summary>Japanese words with the kana that they are pronounced as, by mecab and its IPA dictionary; espeak-ng spells kanji otherwise.</summary>
internal sealed class KanaReader(ToolRunner tools)
{
    /// <summary>Surface and pronunciation (the dictionary's ninth field: は as ワ where it is a particle); unknown words have none.</summary>
    private static readonly string[] Format = [@"--node-format=%m\t%f[8]\n", @"--unk-format=%m\t\n", @"--eos-format=\n"];

    public async Task<IReadOnlyList<SpeechWord>> WordsAsync(Workspace workspace, string line, CancellationToken cancellationToken)
    {
        var directory = workspace.NewDirectory();
        await File.WriteAllTextAsync(Path.Combine(directory, "line.txt"), SpeechText.Clean(line) + "\n", new UTF8Encoding(false), cancellationToken);
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "mecab",
                Arguments = [.. Format, "line.txt"],
                Directory = directory,
                ReadOnlyPaths = SystemFiles.Existing("/etc/mecabrc", "/var/lib/mecab"),
                Subject = "line",
            },
            cancellationToken);
        if (result.ExitCode != 0)
            throw new ToolFailedException("mecab", result.Detail);
        return SpeechText.Join(
            Encoding.UTF8.GetString(result.Stdout).Split('\n')
                .Select(word => word.Split('\t'))
                .Where(word => word.Length == 2 && word[0].Trim().Length > 0)
                .Select(word => (word[0].Trim(), SpeechText.Speakable(word[1].Length > 0 ? word[1] : word[0].Trim()))),
            separator: "");
    }
}
