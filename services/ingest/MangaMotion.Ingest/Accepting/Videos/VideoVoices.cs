using MangaMotion.Api;
using MangaMotion.Comics.Script;
using MangaMotion.Film.Speech;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Accepting.Videos;

/// <summary>Voices that a video can name: those of the workers, and those of a voice provider that a setting lists.</summary>
public sealed class VideoVoices(IOptions<IngestOptions> options)
{
    private const string English = "en";
    private const string Japanese = "ja";

    public IReadOnlyList<Voice> All { get; } =
    [
        new(LocalVoice.Slt, [English], "festival"),
        new(LocalVoice.Flite, [English], "flite"),
        new(LocalVoice.Espeak, [English, Japanese], "espeak-ng"),
        .. options.Value.ProviderVoices.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(name => new Voice(name, [English, Japanese], "provider")),
    ];

    /// <summary>Finds the voices of a cast that no video can name.</summary>
    public IEnumerable<ScriptError> CheckCast(ScriptCast cast) => cast.Voices
        .Select((each, i) => (each.Voice, Position: i))
        .Where(each => Find(each.Voice) is null)
        .Select(each => new ScriptError(
            null, $"voices[{each.Position}].voice", $"The voice must be one of {string.Join(", ", All.Select(voice => voice.Name))}."));

    public Voice? Find(string name) => All.FirstOrDefault(voice => voice.Name == name);
}
