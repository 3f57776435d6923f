using System.Text.Json.Serialization;

namespace MangaMotion.Film.Captions;

/// <summary>Text that is drawn into some frames of a segment.</summary>
/// <param name="Text">One or more lines. A line that is too long for the frame is wrapped.</param>
/// <param name="FirstFrame">First frame that shows the text, counted in the segment from 0.</param>
/// <param name="EndFrame">First frame that no longer shows it.</param>
public sealed record FilmCaption(string Text, int FirstFrame, int EndFrame)
{
    /// <summary>Whether the text is a title: in the middle of the frame, with its first line larger than the others.</summary>
    public bool IsTitle { get; init; }

    /// <summary>Word that is spoken, which has another colour; null for none. A text with such a word is larger.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TextRange? Spoken { get; init; }

    /// <summary>Distance from the bottom of the frame in pixels; null for that of <see cref="CaptionLayout"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? BottomMargin { get; init; }

    /// <summary>Number of frames in which the text appears.</summary>
    public int FadeInFrames { get; init; }

    /// <summary>Number of frames in which the text disappears.</summary>
    public int FadeOutFrames { get; init; }
}

/// <summary>Part of a text.</summary>
/// <param name="At">First character.</param>
/// <param name="Length">Number of characters.</param>
public readonly record struct TextRange(int At, int Length);
