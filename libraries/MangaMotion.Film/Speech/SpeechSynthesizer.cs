using System.Runtime.InteropServices;
using MangaMotion.Media;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Sniffing;
using MangaMotion.Media.Video;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Logging;

namespace MangaMotion.Film.Speech;

/// <summary>
/// Speaks lines with the voices of the machine. The text goes to the tools as a file, never as an argument or an expression.
/// </summary>
public sealed class SpeechSynthesizer(ToolRunner tools, ILogger<SpeechSynthesizer> log)
{
    /// <summary>Raised when the same line would sound or be timed differently; part of what a spoken line's key is made from.</summary>
    public const int Version = 3;

    private readonly FestivalVoice _festival = new(tools);
    private readonly ClauseVoice _clauses = new(tools);
    private readonly JapaneseReading _japanese = new(tools);

    /// <summary>Speaks the line; null where there is nothing to say (no letter or digit).</summary>
    /// <exception cref="MediaLimitException">The line is too long.</exception>
    /// <exception cref="ToolFailedException">No voice is installed, or each failed; trying again may help.</exception>
    public async Task<SpokenLine?> SpeakAsync(Workspace workspace, SpeechRequest request, CancellationToken cancellationToken)
    {
        if (request.Text.Length > SpeechRequest.MaxCharacters)
        {
            throw LimitExceeded.TooMany(
                "characters",
                SpeechRequest.MaxCharacters,
                request.Text.Length,
                "The line has {0} characters; {1} are allowed. Split it into several shots.");
        }

        var language = Language(request.Language);
        var respelling = Respelling.Create(request.Text, request.Spellings);
        var words = respelling.Restore(
            await WordsAsync(workspace, respelling.Text, language, cancellationToken), word => word.Shown,
            (parts, shown) =>
                new(shown, string.Join(language == "ja" ? "" : " ", parts.Select(part => part.Spoken)), parts[^1].EndsClause));
        if (words.Count == 0)
            return null;

        var (utterance, voice) = await SpeakAsync(workspace, words, language, request, cancellationToken);
        return await FinishAsync(workspace, utterance.Sound.ToWav(), MediaType.Wav, utterance.Words, voice, cancellationToken);
    }

    /// <summary>The line's words as they are shown and as they are spoken, by the rules of its language.</summary>
    internal async Task<IReadOnlyList<SpeechWord>> WordsAsync(
        Workspace workspace, string line, string language, CancellationToken cancellationToken)
    {
        if (language == "ja" && (HasJapanese(line) || LatinWords(line) < 2))
            return await _japanese.WordsAsync(workspace, line, cancellationToken);
        return language is "en" or "ja" ? EnglishReading.Words(SpeechText.Clean(line)) : SpeechText.Words(line);
    }

    /// <summary>
    /// Makes a line of sound that came from elsewhere, such as a provider's MP3: decoded in the sandbox, trimmed, its words moved along.
    /// </summary>
    /// <exception cref="MediaException">It is no MP3 or WAV, or is broken.</exception>
    public Task<SpokenLine?> AdoptAsync(
        Workspace workspace, byte[] sound, IReadOnlyList<SpokenWord> words, string voice, CancellationToken cancellationToken)
    {
        var sniffed = MediaSniffer.Sniff(sound);
        return sniffed.Type is { Kind: MediaKind.Audio } type
            ? FinishAsync(workspace, sound, type, words, voice, cancellationToken)
            : throw new UnsupportedMediaException($"The voice provider sent {sniffed.Description} instead of sound.");
    }

    /// <summary>
    /// A moment of silence in the place of a line that cannot be spoken, such as an ellipsis; the line is shown all the same.
    /// </summary>
    public static async Task<SpokenLine> PauseAsync(Workspace workspace, string line, CancellationToken cancellationToken)
    {
        const double Seconds = 1;
        var path = workspace.NewPath("wav");
        await File.WriteAllBytesAsync(
            path, new Sound(Sound.FilmRate, new short[(int)(Seconds * Sound.FilmRate)]).ToWav(), cancellationToken);
        var shown = SpeechText.Clean(line);
        return new SpokenLine(path, Seconds, shown.Length > 0 ? [new SpokenWord(shown, 0, Seconds)] : [], "");
    }

    private async Task<(Utterance Utterance, string Voice)> SpeakAsync(
        Workspace workspace, IReadOnlyList<SpeechWord> words, string language, SpeechRequest request, CancellationToken cancellationToken)
    {
        if (language == "en" && request.Voice is null or LocalVoice.Slt or LocalVoice.Flite)
        {
            List<SpeechWord> plain = [.. words.Select(word => word with { Spoken = SpeechText.Ascii(WithLetterA(word.Spoken, "ay")) })];
            if (plain.TrueForAll(word => word.Spoken.Length > 0))
            {
                try
                {
                    return request.Voice == LocalVoice.Flite
                        ? (await _clauses.SpeakAsync(workspace, plain, voice: null, " ", cancellationToken), LocalVoice.Flite)
                        : (await _festival.SpeakAsync(workspace, plain, cancellationToken), LocalVoice.Slt);
                }
                catch (MediaException failure) when (
                    failure is not (ToolFailedException { Signal: not null } or SandboxFailedException { ProgramMissing: false }))
                {
                    // A voice that was killed, or that the machine did not start, is tried again: no line of a video gets another voice for
                    // that.
                    log.LogWarning(failure, "The voice {Voice} failed; espeak-ng speaks instead", request.Voice ?? LocalVoice.Slt);
                }
            }
        }

        var voice = language == "en" ? "en-us" : language;
        if (language == "en")
            words = [.. words.Select(word => word with { Spoken = WithLetterA(word.Spoken, "eh") })];
        return (await _clauses.SpeakAsync(workspace, words, voice, language == "ja" ? "" : " ", cancellationToken), LocalVoice.Espeak);
    }

    /// <summary>The letter A by a word that the voice says as its name; each takes the letter for the article.</summary>
    internal static string WithLetterA(string spoken, string name) =>
        string.Join(' ', spoken.Split(' ').Select(word => word.TrimEnd('.', ',', '!', '?') == "A" ? name + word[1..] : word));

    private async Task<SpokenLine?> FinishAsync(
        Workspace workspace,
        byte[] sound,
        MediaType type,
        IReadOnlyList<SpokenWord> words,
        string voice,
        CancellationToken cancellationToken)
    {
        var input = workspace.NewPath(type.Extension);
        await File.WriteAllBytesAsync(input, sound, cancellationToken);
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "ffmpeg",
                Arguments =
                [
                    .. Ffmpeg.Quiet, .. Ffmpeg.Input(type), .. Ffmpeg.OneThread, "-i", Ffmpeg.File, "-map", "0:a:0",
                    "-ac", "1", "-ar", $"{Sound.FilmRate}", "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1",
                ],
                Directory = workspace.NewDirectory(),
                Input = input,
                Subject = "speech",
                StdoutBytes = Sound.FilmRate * 2 * 600,
            },
            cancellationToken);
        if (result.ExitCode != 0)
            throw Ffmpeg.Failure(type, result);
        if (new Sound(Sound.FilmRate, MemoryMarshal.Cast<byte, short>(result.Stdout).ToArray()).Trim() is not { } trimmed)
            return null;

        var path = workspace.NewPath("wav");
        await File.WriteAllBytesAsync(path, trimmed.Sound.ToWav(), cancellationToken);
        var seconds = trimmed.Sound.Seconds;
        return new SpokenLine(
            path, seconds, [.. words.Select(word => word with { Start = Moved(word.Start), End = Moved(word.End) })], voice);

        double Moved(double time) => Math.Round(Math.Clamp(time - trimmed.Cut, 0, seconds), 3);
    }

    /// <summary>The language's first part, if it can be one; it becomes an argument.</summary>
    private static string Language(string tag)
    {
        var language = tag.Split('-')[0].ToLowerInvariant();
        return language.Length is 2 or 3 && language.All(char.IsAsciiLetterLower) ? language : "en";
    }

    private static int LatinWords(string line) => line.Split(' ').Count(word => word.Any(char.IsAsciiLetter));

    private static bool HasJapanese(string text) =>
        text.Any(sign => sign is (>= '\u3040' and <= '\u30ff') or (>= '\u4e00' and <= '\u9fff') or '々' or (>= '\uff66' and <= '\uff9f'));
}
