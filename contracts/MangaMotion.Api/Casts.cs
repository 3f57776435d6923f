using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace MangaMotion.Api;

/// <summary>Cast of a collection: who speaks with which voice, and how words are said. Videos that are submitted later take it.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CollectionCast
{
    /// <summary>Voices of speakers, at most 100. Other lines have the voice of the video.</summary>
    [MaxLength(100)]
    public IReadOnlyList<CollectionVoice> Voices { get; init; } = [];

    /// <summary>Pronunciations of words, at most 500. Subtitles show the words as they are written.</summary>
    [MaxLength(500)]
    public IReadOnlyList<CollectionPronunciation> Pronunciations { get; init; } = [];
}

/// <summary>Voice of a speaker.</summary>
/// <param name="Speaker">Name as in the shots of a script, upper and lower case alike.</param>
/// <param name="Voice">Name of a voice, as <c>GET /voices</c> lists them.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CollectionVoice(
    [property: StringLength(100, MinimumLength = 1), Example("Mira")] string Speaker,
    [property: StringLength(64, MinimumLength = 1), Example("slt")] string Voice);

/// <summary>Pronunciation of a word.</summary>
/// <param name="Word">Word or words as in the lines, upper and lower case alike.</param>
/// <param name="Say">Letters that the voice reads instead.</param>
/// <param name="Language">Language of the lines in which it applies; default: all.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CollectionPronunciation(
    [property: StringLength(60, MinimumLength = 1), Example("Aoi")] string Word,
    [property: StringLength(60, MinimumLength = 1), Example("Ah-oh-ee")] string Say,
    [property: Values(typeof(FoundLanguages))] string? Language = null);
