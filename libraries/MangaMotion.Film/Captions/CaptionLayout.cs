using MangaMotion.Film.Frames;

namespace MangaMotion.Film.Captions;

/// <summary>Place and size of subtitles in a frame, in pixels.</summary>
/// <remarks>
/// The shares were chosen by eye on contact sheets of the three sizes. In a portrait frame the apps of phones cover about the lowest
/// fifth with their own text and a strip at the right with buttons; the subtitles stay out of both.
/// </remarks>
/// <param name="FontSize">Height of a line.</param>
/// <param name="SideMargin">Distance from the left and from the right side.</param>
/// <param name="BottomMargin">Distance from the bottom.</param>
public sealed record CaptionLayout(int FontSize, int SideMargin, int BottomMargin)
{
    private const double FontShare = 0.06, PortraitFontShare = 0.075;
    private const double Side = 0.06, PortraitSide = 0.12;
    private const double Bottom = 0.05, PortraitBottom = 0.2;

    /// <summary>Width of a character in shares of the font size, a mean of English text in DejaVu Sans.</summary>
    private const double CellShare = 0.5;

    /// <summary>Usual limit of broadcast subtitles.</summary>
    private const int MaxLineCells = 42;

    /// <summary>Size of a text that is shown word by word, in sizes of a subtitle. Chosen by eye in a portrait frame.</summary>
    private const double WordScale = 1.35;

    /// <summary>Number of cells in a line, of which a Japanese character has two.</summary>
    public int LineCells { get; private init; }

    /// <summary>Height of a line of a text that is shown word by word.</summary>
    public int WordFontSize => (int)(WordScale * FontSize);

    /// <summary>Number of cells in a line of such a text. It is short, so that the eye need not move.</summary>
    public int WordCells => Math.Min(18, (int)(LineCells / WordScale));

    /// <summary>Estimates the size of a caption in pixels from the number of its characters.</summary>
    public (double Width, double Height) Measure(FilmCaption caption)
    {
        var (font, lines) = (caption.Spoken is null ? FontSize : WordFontSize, caption.Text.Split('\n'));
        return (lines.Max(line => line.Sum(letter => letter > '\u2E80' ? 2 : 1)) * CellShare * font, lines.Length * font);
    }

    public static CaptionLayout Create(FilmFormat format)
    {
        var portrait = format.Height > format.Width;
        var share = portrait ? PortraitFontShare : FontShare;
        var font = Math.Max(8, (int)Math.Round(share * Math.Min(format.Width, format.Height)));
        var side = (int)Math.Round((portrait ? PortraitSide : Side) * format.Width);
        var cells = (int)((format.Width - (2 * side)) / (CellShare * font));
        var bottom = (int)Math.Round((portrait ? PortraitBottom : Bottom) * format.Height);
        return new(font, side, bottom) { LineCells = Math.Min(MaxLineCells, cells) };
    }
}
