using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace MangaMotion.Comics.Script;

/// <summary>Voices of the speakers, and how words are said.</summary>
[Description("Voices of the speakers, and how words are said. Taken from the cast of the collection.")]
public sealed record ScriptCast
{
    [Description("Voice of each speaker. Lines of other speakers, and lines without one, have the voice of the video.")]
    [Length(0, ScriptLimits.MaxCastVoices)]
    public IReadOnlyList<CastVoice> Voices { get; init; } = [];

    [Description("How words are said. Subtitles show them as they are written.")]
    [Length(0, ScriptLimits.MaxPronunciations)]
    public IReadOnlyList<Pronunciation> Pronunciations { get; init; } = [];

    /// <summary>Finds the voice of a speaker, upper and lower case alike; null if the cast has none.</summary>
    public string? FindVoice(string? speaker) => speaker is null
        ? null
        : Voices.FirstOrDefault(each => each.Speaker.Equals(speaker.Trim(), StringComparison.OrdinalIgnoreCase))?.Voice;

    /// <summary>Lists the pronunciations that a line needs, so that a change of another word does not change the line.</summary>
    public IReadOnlyList<Pronunciation> ListPronunciations(string line, string language) =>
    [
        .. Pronunciations.Where(each => (each.Language ?? language) == language
            && line.Contains(each.Word, StringComparison.OrdinalIgnoreCase)),
    ];
}

/// <summary>Voice of a speaker.</summary>
[Description("Voice of a speaker.")]
public sealed record CastVoice
{
    [Description("Name of the speaker, as in the shots.")]
    [StringLength(ScriptLimits.MaxSpeakerLength, MinimumLength = 1)]
    public required string Speaker { get; init; }

    [Description("Name of a voice.")]
    [StringLength(ScriptLimits.MaxVoiceLength, MinimumLength = 1)]
    public required string Voice { get; init; }
}

/// <summary>How a word is said.</summary>
[Description("How a word is said.")]
public sealed record Pronunciation
{
    [Description("Word or words as in the lines, upper and lower case alike.")]
    [StringLength(ScriptLimits.MaxPronunciationLength, MinimumLength = 1)]
    public required string Word { get; init; }

    [Description("Letters that the voice reads instead, such as 'Ah-oh-ee', or kana.")]
    [StringLength(ScriptLimits.MaxPronunciationLength, MinimumLength = 1)]
    public required string Say { get; init; }

    [Description("Language of the lines in which it applies; null for all.")]
    [AllowedValues("en", "ja")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Language { get; init; }
}
