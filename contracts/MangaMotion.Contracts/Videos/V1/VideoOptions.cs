using System.Text.Json.Serialization;

namespace MangaMotion.Contracts.Videos.V1;

/// <summary>
/// Options that the owner of a video chose. Null members are not written where an older service would reject a null; it uses its own
/// default then.
/// </summary>
public sealed record VideoOptions
{
    /// <summary>Title of the chapter; null for the title in ComicInfo.xml, else the name of the first file.</summary>
    public string? Title { get; init; }

    /// <summary>Reading direction, <c>rtl</c> or <c>ltr</c>; null for that of the chapter.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Direction { get; init; }

    /// <summary>Language of the lettering and the voice, <c>en</c> or <c>ja</c>; null for that of the chapter.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Language { get; init; }

    /// <summary>Name of a voice; null for the default of the language.</summary>
    public string? Voice { get; init; }

    /// <summary>Width of the picture in pixels, even.</summary>
    public int Width { get; init; } = 1920;

    /// <summary>Height of the picture in pixels, even.</summary>
    public int Height { get; init; } = 1080;

    /// <summary>Frames per second.</summary>
    public int Fps { get; init; } = 30;

    /// <summary>Adds music under the speech.</summary>
    public bool Music { get; init; }

    /// <summary>Adds the sound of a quiet room under speech and music.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Ambience { get; init; }

    /// <summary>Draws the subtitles into the picture as well.</summary>
    public bool BurnSubtitles { get; init; }

    /// <summary>Form of the subtitles in the picture, <c>words</c>; null for lines.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Captions { get; init; }

    /// <summary>Factor of the time of shots without a line; null for 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Pace { get; init; }

    /// <summary>Where the picture fades, <c>all</c> or <c>none</c>; null for new pages.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Transitions { get; init; }

    /// <summary>Adds an opening card and an end card with credits.</summary>
    public bool Titles { get; init; }

    /// <summary>Author on the cards; null for that of the chapter.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Author { get; init; }

    /// <summary>Source on the end card; null for that of the chapter.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Source { get; init; }

    /// <summary>What to do with an unreadable page: <c>show</c> skips and flags it, <c>fail</c> fails the video.</summary>
    public string UnreadablePages { get; init; } = "show";

    /// <summary>Waits after the script until its owner approves it.</summary>
    public bool Review { get; init; }

    /// <summary>Last stage to run: <c>script_gen</c>, <c>voice_gen</c> or <c>video_gen</c>; null for the whole video.</summary>
    public string? StopAt { get; init; }

    /// <summary>Variants of the poster, the JSON array of the request or of its collection; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PosterVariants { get; init; }

    /// <summary>Cast of the collection, a JSON object as <c>cast</c> of a script; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Cast { get; init; }
}
