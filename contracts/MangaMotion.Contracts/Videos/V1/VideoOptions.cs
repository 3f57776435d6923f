using System.Text.Json.Serialization;

namespace MangaMotion.Contracts.Videos.V1;

/// <summary>
/// Choices of the owner for a video. Everything has a default. Nulls are not written: an older service takes its own default then, and
/// would refuse a null.
/// </summary>
public sealed record VideoOptions
{
    /// <summary>Title of the chapter; null takes that of ComicInfo.xml, else the first file's name.</summary>
    public string? Title { get; init; }

    /// <summary>Reading direction, <c>rtl</c> or <c>ltr</c>; null finds it from the chapter.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Direction { get; init; }

    /// <summary>Language of the lettering and the voice, <c>en</c> or <c>ja</c>; null finds it from the chapter.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Language { get; init; }

    /// <summary>Name of a voice; null takes the language's default.</summary>
    public string? Voice { get; init; }

    /// <summary>Pixels, even.</summary>
    public int Width { get; init; } = 1920;

    /// <inheritdoc cref="Width"/>
    public int Height { get; init; } = 1080;

    /// <summary>Frames a second.</summary>
    public int Fps { get; init; } = 30;

    /// <summary>Whether music plays under the speech.</summary>
    public bool Music { get; init; }

    /// <summary>Whether the subtitles are drawn into the picture too.</summary>
    public bool BurnSubtitles { get; init; }

    /// <summary>What to do with an unreadable page: <c>show</c> skips and flags it, <c>fail</c> fails the video.</summary>
    public string UnreadablePages { get; init; } = "show";

    /// <summary>Waits after the script until its owner approves it.</summary>
    public bool Review { get; init; }

    /// <summary>The stage after which to stop: <c>script_gen</c>, <c>voice_gen</c>, <c>video_gen</c>; null goes to the end.</summary>
    public string? StopAt { get; init; }
}
