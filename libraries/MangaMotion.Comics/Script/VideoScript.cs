using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Script;

/// <summary>
/// Script of one video: the order of its panels, the lines spoken over them and the camera moves. People read and edit this document. The
/// later stages depend only on it and on the pages.
/// </summary>
[Description("Script of one narrated video: its pages, and its shots in the order in which they are shown.")]
public sealed record VideoScript
{
    public const int CurrentVersion = 1;

    [Description("Version of this format. Cannot be edited.")]
    [Range(CurrentVersion, CurrentVersion)]
    public int Version { get; init; } = CurrentVersion;

    [Description("Title of the chapter.")]
    [StringLength(ScriptLimits.MaxTitleLength)]
    public required string Title { get; init; }

    [Description("Language of the lines and of the voice.")]
    [AllowedValues("en", "ja")]
    public required string Language { get; init; }

    [Description("Side of a page that is read first.")]
    public required ReadingDirection Direction { get; init; }

    [Description("Where the language comes from. Set by the service.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ValueSource? LanguageFrom { get; init; }

    [Description("Confidence in a language that was found in the pages, 0 to 1. Set by the service.")]
    [Range(0.0, 1.0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? LanguageConfidence { get; init; }

    [Description("Where the direction comes from. Set by the service.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ValueSource? DirectionFrom { get; init; }

    [Description("Confidence in a direction that was found in the pages, 0 to 1. Set by the service.")]
    [Range(0.0, 1.0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? DirectionConfidence { get; init; }

    [Description("Sentences about the chapter as a whole, such as why its ComicInfo.xml was not used. Set by the service.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Notes { get; init; }

    [Description("Id of the shot whose middle is the poster; null for the largest panel of the first ones.")]
    [StringLength(ScriptLimits.MaxIdLength, MinimumLength = 1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Cover { get; init; }

    [Description("Voices of the speakers, and how words are said; null for the voice of the video and its own reading.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ScriptCast? Cast { get; init; }

    [Description("Width of the video in pixels, even. Cannot be edited.")]
    [Range(ScriptLimits.MinFrameSide, ScriptLimits.MaxFrameSide)]
    public required int Width { get; init; }

    [Description("Height of the video in pixels, even. Cannot be edited.")]
    [Range(ScriptLimits.MinFrameSide, ScriptLimits.MaxFrameSide)]
    public required int Height { get; init; }

    [Description("Frames per second of the video. Cannot be edited.")]
    [Range(1, ScriptLimits.MaxFps)]
    public required int Fps { get; init; }

    [Description("Pages of the chapter in reading order. Cannot be edited.")]
    [Length(1, ScriptLimits.MaxPages)]
    public required IReadOnlyList<ScriptPage> Pages { get; init; }

    [Description("Shots in the order in which they are shown. They can be changed, moved and removed.")]
    [Length(1, ScriptLimits.MaxShots)]
    public required IReadOnlyList<ScriptShot> Shots { get; init; }
}

/// <summary>One page of the chapter.</summary>
[Description("One page of the chapter.")]
public sealed record ScriptPage
{
    [Description("Number of the page in the chapter, from 1.")]
    [Range(1, ScriptLimits.MaxPages)]
    public required int Number { get; init; }

    [Description("Name of the page in the chapter, for people.")]
    [StringLength(ScriptLimits.MaxTitleLength)]
    public required string Name { get; init; }

    [Description("Width of the page in pixels; 0 if the page cannot be read.")]
    [Range(0, ScriptLimits.MaxPageSide)]
    public required int Width { get; init; }

    [Description("Height of the page in pixels; 0 if the page cannot be read.")]
    [Range(0, ScriptLimits.MaxPageSide)]
    public required int Height { get; init; }

    [Description("Whether the page is one shot, because no panels were found.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Whole { get; init; }

    [Description("Reason why the page is shown whole, or has no shot.")]
    [StringLength(ScriptLimits.MaxLineLength)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }
}

/// <summary>Box of a panel in page pixels.</summary>
[Description("Box of a panel in page pixels.")]
public sealed record PanelBox
{
    [Range(0, ScriptLimits.MaxPageSide)]
    public required int X { get; init; }

    [Range(0, ScriptLimits.MaxPageSide)]
    public required int Y { get; init; }

    [Range(ScriptLimits.MinPanelSide, ScriptLimits.MaxPageSide)]
    public required int Width { get; init; }

    [Range(ScriptLimits.MinPanelSide, ScriptLimits.MaxPageSide)]
    public required int Height { get; init; }
}

/// <summary>Box of a bubble, caption or noise in page pixels.</summary>
[Description("Box of a bubble, caption or noise in page pixels.")]
public sealed record LetteringBox
{
    [Range(0, ScriptLimits.MaxPageSide)]
    public required int X { get; init; }

    [Range(0, ScriptLimits.MaxPageSide)]
    public required int Y { get; init; }

    [Range(1, ScriptLimits.MaxPageSide)]
    public required int Width { get; init; }

    [Range(1, ScriptLimits.MaxPageSide)]
    public required int Height { get; init; }

    [Description("Letters and digits of the line that stand in this box. They decide when it is read. Null: its area decides.")]
    [Range(0, ScriptLimits.MaxLineLength)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Letters { get; init; }
}

/// <summary>One panel with its spoken line and camera move.</summary>
[Description("One panel with its spoken line and camera move.")]
public sealed record ScriptShot
{
    [Description("Id of the shot. It stays the same in every edit.")]
    [StringLength(ScriptLimits.MaxIdLength, MinimumLength = 1)]
    public required string Id { get; init; }

    [Description("Number of the page.")]
    [Range(1, ScriptLimits.MaxPages)]
    public required int Page { get; init; }

    [Description("Box of the panel that is shown.")]
    public required PanelBox Panel { get; init; }

    [Description("Corners of a slanted panel, clockwise in page pixels. Parts of the box outside them are hidden. Null shows the box.")]
    [Length(3, ScriptLimits.MaxCorners)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<PagePoint>? Outline { get; init; }

    [Description("Boxes of the line's bubbles in reading order. The camera keeps each box visible while it is read.")]
    [Length(0, ScriptLimits.MaxLetteringBoxes)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LetteringBox>? Lettering { get; init; }

    [Description("Point of the panel that the camera shows if it cannot show all of it, in page pixels. Null for the middle.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PagePoint? Focus { get; init; }

    [Description("Lines of a title card, drawn over the darkened panel. Null for a shot that is no card.")]
    [Length(1, ScriptLimits.MaxCardLines)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Card { get; init; }

    [Description("Confidence in the panel's outline, 0 to 1.")]
    [Range(0.0, 1.0)]
    public required double Confidence { get; init; }

    [Description("Spoken line, also shown as the subtitle; null for a silent panel.")]
    [StringLength(ScriptLimits.MaxLineLength)]
    public string? Line { get; init; }

    [Description("Confidence in the line as it was read from the page, 0 to 1; null for a silent shot and for an edited line.")]
    [Range(0.0, 1.0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? LineConfidence { get; init; }

    [Description("Speaker of the line, if known.")]
    [StringLength(ScriptLimits.MaxSpeakerLength)]
    public string? Speaker { get; init; }

    [Description("Camera move; null for the move that fits the panel's shape.")]
    public CameraMove? Move { get; init; }

    [Description("Seconds; null for the time that the panel and its line need.")]
    [Range(ScriptLimits.MinShotSeconds, ScriptLimits.MaxShotSeconds)]
    public double? Duration { get; init; }

    [Description("Transition from the previous shot. Ignored for the first shot.")]
    public ShotTransition Transition { get; init; }

    [Description("Reason why a person should check the shot; null if there is none.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ShotFlag? Flag { get; init; }

    [Description("Whether a provider failed and the shot was written without it.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Draft { get; init; }

    /// <summary>Formats the id of a panel, such as <c>p001-s02</c>. Page and panel are counted from 1.</summary>
    public static string FormatId(int page, int panel) => $"p{page:000}-s{panel:00}";
}

/// <summary>Where a value of a script comes from.</summary>
public enum ValueSource
{
    /// <summary>The request that made the video, or an edit of the script.</summary>
    Request,

    /// <summary>The file ComicInfo.xml in the chapter.</summary>
    Comicinfo,

    /// <summary>The lettering of the first pages.</summary>
    Pages,

    /// <summary>The package of an EPUB.</summary>
    Epub,

    /// <summary>Neither the request nor the chapter says it.</summary>
    Default,
}

/// <summary>Transition from the previous shot.</summary>
public enum ShotTransition
{
    Cut,
    Fade,
}

/// <summary>Reason why a person should check a shot.</summary>
public enum ShotFlag
{
    /// <summary>The panel's outline is uncertain.</summary>
    Doubtful,

    /// <summary>The page is shown whole because no panels were found.</summary>
    WholePage,

    /// <summary>The panel has lettering that could not be read.</summary>
    Unread,

    /// <summary>The line is uncertain.</summary>
    DoubtfulLine,
}
