using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using MangaMotion.Comics.Camera;
using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Script;

/// <summary>
/// The script of one video: which panels are shown in which order, what is said over them, and how the camera moves. It is the
/// document that people read and edit; everything later in the pipeline follows from it and from the pages.
/// </summary>
[Description("The script of one narrated video: its pages, and its shots in the order in which they are shown.")]
public sealed record VideoScript
{
    public const int CurrentVersion = 1;

    [Description("Version of this format. Cannot be edited.")]
    [Range(CurrentVersion, CurrentVersion)]
    public int Version { get; init; } = CurrentVersion;

    [Description("Title of the chapter.")]
    [StringLength(ScriptLimits.Title)]
    public required string Title { get; init; }

    [Description("Language of the lines, which is that of the voice.")]
    [AllowedValues("en", "ja")]
    public required string Language { get; init; }

    [Description("Which side of a page is read first.")]
    public required ReadingDirection Direction { get; init; }

    [Description("Pixels of the video. Cannot be edited.")]
    [Range(ScriptLimits.SmallestFrame, ScriptLimits.LargestFrame)]
    public required int Width { get; init; }

    [Description("Pixels of the video. Cannot be edited.")]
    [Range(ScriptLimits.SmallestFrame, ScriptLimits.LargestFrame)]
    public required int Height { get; init; }

    [Description("Frames a second of the video. Cannot be edited.")]
    [Range(1, ScriptLimits.Fps)]
    public required int Fps { get; init; }

    [Description("The pages of the chapter in reading order. Cannot be edited.")]
    [Length(1, ScriptLimits.Pages)]
    public required IReadOnlyList<ScriptPage> Pages { get; init; }

    [Description("The shots in the order in which they are shown. They may be changed, moved and left out.")]
    [Length(1, ScriptLimits.Shots)]
    public required IReadOnlyList<ScriptShot> Shots { get; init; }
}

/// <summary>One page of the chapter.</summary>
[Description("One page of the chapter.")]
public sealed record ScriptPage
{
    [Description("Its place in the chapter.")]
    [Range(1, ScriptLimits.Pages)]
    public required int Number { get; init; }

    [Description("Its name in the chapter, for people.")]
    [StringLength(ScriptLimits.Title)]
    public required string Name { get; init; }

    [Description("Pixels; 0 where the page cannot be read.")]
    [Range(0, ScriptLimits.PageSide)]
    public required int Width { get; init; }

    [Description("Pixels; 0 where the page cannot be read.")]
    [Range(0, ScriptLimits.PageSide)]
    public required int Height { get; init; }

    [Description("The page is one shot, because no panels were found in it.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Whole { get; init; }

    [Description("Why the page is shown whole, or why it has no shot.")]
    [StringLength(ScriptLimits.Line)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }
}

/// <summary>A rectangle in pixels of its page.</summary>
[Description("A rectangle in pixels of its page.")]
public sealed record PanelBox
{
    [Range(0, ScriptLimits.PageSide)]
    public required int X { get; init; }

    [Range(0, ScriptLimits.PageSide)]
    public required int Y { get; init; }

    [Range(ScriptLimits.SmallestPanel, ScriptLimits.PageSide)]
    public required int Width { get; init; }

    [Range(ScriptLimits.SmallestPanel, ScriptLimits.PageSide)]
    public required int Height { get; init; }
}

/// <summary>A piece of lettering: a rectangle in pixels of its page.</summary>
[Description("A rectangle in pixels of its page.")]
public sealed record LetteringBox
{
    [Range(0, ScriptLimits.PageSide)]
    public required int X { get; init; }

    [Range(0, ScriptLimits.PageSide)]
    public required int Y { get; init; }

    [Range(1, ScriptLimits.PageSide)]
    public required int Width { get; init; }

    [Range(1, ScriptLimits.PageSide)]
    public required int Height { get; init; }
}

/// <summary>One panel with what is said over it and how the camera goes over it.</summary>
[Description("One panel, what is said over it, and how the camera goes over it.")]
public sealed record ScriptShot
{
    [Description("Its name, which stays the same whatever is edited.")]
    [StringLength(ScriptLimits.Id, MinimumLength = 1)]
    public required string Id { get; init; }

    [Description("Number of the page.")]
    [Range(1, ScriptLimits.Pages)]
    public required int Page { get; init; }

    [Description("What is shown of the page.")]
    public required PanelBox Panel { get; init; }

    [Description("Corners of the panel, clockwise in pixels of its page, where its sides are slanted; what lies outside of them is not shown. Without them the whole box is.")]
    [Length(3, ScriptLimits.Corners)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<PagePoint>? Outline { get; init; }

    [Description("Where the lettering of the line stands, in the order in which it is read. The camera keeps each in the picture while it is read.")]
    [Length(0, ScriptLimits.Lettering)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LetteringBox>? Lettering { get; init; }

    [Description("How sure the panel's outline is, 0 to 1.")]
    [Range(0.0, 1.0)]
    public required double Confidence { get; init; }

    [Description("What is said, and shown as the subtitle; null for a silent panel.")]
    [StringLength(ScriptLimits.Line)]
    public string? Line { get; init; }

    [Description("Who says it, where that is known.")]
    [StringLength(ScriptLimits.Speaker)]
    public string? Speaker { get; init; }

    [Description("How the camera moves; null for the move that suits the panel's shape.")]
    public CameraMove? Move { get; init; }

    [Description("Seconds; null for as long as the panel and its line need.")]
    [Range(ScriptLimits.ShortestShot, ScriptLimits.LongestShot)]
    public double? Duration { get; init; }

    [Description("How the shot takes over from the one before it. Means nothing for the first one.")]
    public ShotTransition Transition { get; init; }

    [Description("Why a person should look at it; null where nothing is doubtful.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ShotFlag? Flag { get; init; }

    [Description("A provider failed, and this was written without it.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Draft { get; init; }

    /// <summary>The id of a page's n-th panel, both counted from 1: <c>p001-s02</c>.</summary>
    public static string IdOf(int page, int panel) => $"p{page:000}-s{panel:00}";
}

public enum ShotTransition
{
    Cut,
    Fade,
}

/// <summary>Why a person should look at a shot.</summary>
public enum ShotFlag
{
    /// <summary>The panel's outline is not sure.</summary>
    Doubtful,

    /// <summary>No panels were found, so the page is shown whole.</summary>
    WholePage,
}
