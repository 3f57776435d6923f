using System.Globalization;
using System.Text;
using MangaMotion.Film.Frames;

namespace MangaMotion.Film.Captions;

/// <summary>
/// Writes captions as Advanced SubStation Alpha for ffmpeg's filter <c>ass</c>. libass shapes the text, orders right-to-left scripts and
/// takes characters that the font lacks from another font.
/// </summary>
internal static class AssDocument
{
    /// <summary>Name of the file in the directory of the encoder.</summary>
    public const string FileName = "captions.ass";

    /// <summary>Family by which fontconfig finds the default font of the machine.</summary>
    private const string Font = "sans-serif";

    // Sizes of a title and of the lines below it, in sizes of the subtitles. Chosen by eye in three sizes of the video.
    private const double TitleScale = 1.6, TitleLineScale = 0.8;

    /// <summary>Yellow, as blue, green and red.</summary>
    private const string SpokenColour = @"{\c&H00D7FF&}", OtherColour = @"{\c&HFFFFFF&}";

    public static string Write(FilmFormat format, IEnumerable<FilmCaption> captions)
    {
        var layout = CaptionLayout.Create(format);
        var style = CreateStyle("Subtitle", layout, layout.FontSize, isTitle: false);
        var words = CreateStyle("Words", layout, layout.WordFontSize, isTitle: false);
        var title = CreateStyle("Title", layout, (int)(TitleScale * layout.FontSize), isTitle: true);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            [Script Info]
            ScriptType: v4.00+
            PlayResX: {format.Width}
            PlayResY: {format.Height}
            WrapStyle: 0
            ScaledBorderAndShadow: yes

            [V4+ Styles]
            Format: {string.Join(", ", style.Select(field => field.Name))}
            Style: {string.Join(",", style.Select(field => FormattableString.Invariant(field.Value)))}
            Style: {string.Join(",", words.Select(field => FormattableString.Invariant(field.Value)))}
            Style: {string.Join(",", title.Select(field => FormattableString.Invariant(field.Value)))}

            [Events]
            Format: Layer, Start, End, Style, MarginV, Text

            """);
        foreach (var caption in captions)
        {
            var (start, end) = (FormatTime(caption.FirstFrame, format), FormatTime(caption.EndFrame, format));
            // A margin of 0 is that of the style.
            text.Append(
                CultureInfo.InvariantCulture,
                $"Dialogue: 0,{start},{end},{NameStyle(caption)},{caption.BottomMargin ?? 0},{FormatFade(caption, format)}");
            text.Append(FormatText(caption, layout)).Append('\n');
        }

        return text.ToString();
    }

    private static (string Name, FormattableString Value)[] CreateStyle(string name, CaptionLayout layout, int size, bool isTitle) =>
    [
        ("Name", $"{name}"), ("Fontname", $"{Font}"), ("Fontsize", $"{size}"),
        ("PrimaryColour", $"&H00FFFFFF"), ("OutlineColour", $"&H00101010"), ("BackColour", $"&H00000000"), ("Bold", $"-1"),
        ("BorderStyle", $"1"), ("Outline", $"{Math.Max(1, layout.FontSize / 16.0):F1}"), ("Shadow", $"0"),
        // By the keys of a number pad: 2 is below, 5 in the middle.
        ("Alignment", $"{(isTitle ? 5 : 2)}"),
        ("MarginL", $"{layout.SideMargin}"), ("MarginR", $"{layout.SideMargin}"), ("MarginV", $"{layout.BottomMargin}"),
        ("Encoding", $"-1"),
    ];

    private static string NameStyle(FilmCaption caption) => caption switch
    {
        { IsTitle: true } => "Title",
        { Spoken: not null } => "Words",
        _ => "Subtitle",
    };

    private static string FormatFade(FilmCaption caption, FilmFormat format) => caption is { FadeInFrames: 0, FadeOutFrames: 0 }
        ? ""
        : $@"{{\fad({caption.FadeInFrames * 1000 / format.FramesPerSecond},{caption.FadeOutFrames * 1000 / format.FramesPerSecond})}}";

    private static string FormatText(FilmCaption caption, CaptionLayout layout) => caption switch
    {
        { IsTitle: true } => FormatTitle(caption.Text, layout),
        { Spoken: var (at, length) } =>
            Escape(caption.Text[..at]) + SpokenColour + Escape(caption.Text.Substring(at, length)) + OtherColour
            + Escape(caption.Text[(at + length)..]),
        _ => Escape(caption.Text),
    };

    /// <summary>Formats the first line in the size of the title, and the others smaller.</summary>
    private static string FormatTitle(string text, CaptionLayout layout)
    {
        var lines = text.Split('\n');
        var small = string.Create(CultureInfo.InvariantCulture, $@"{{\fs{(int)(TitleLineScale * layout.FontSize)}\b0}}");
        return lines.Length == 1 ? Escape(text) : $@"{Escape(lines[0])}\N{small}{Escape(string.Join('\n', lines.Skip(1)))}";
    }

    /// <summary>Formats a time halfway between a frame and the one before it, so that rounding to 0.01 s changes no frame.</summary>
    private static string FormatTime(int frame, FilmFormat format)
    {
        var hundredths = Math.Max(0, (int)Math.Round((frame - 0.5) * 100 / format.FramesPerSecond));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{hundredths / 360_000}:{hundredths / 6000 % 60:00}:{hundredths / 100 % 60:00}.{hundredths % 100:00}");
    }

    /// <summary>Keeps the text from being read as tags, and each of its lines in one event.</summary>
    private static string Escape(string value)
    {
        // A word joiner, which has no glyph, parts a backslash from the letter that would make it a tag.
        const string WordJoiner = "\u2060";
        var text = new StringBuilder();
        foreach (var letter in value.ReplaceLineEndings("\n"))
        {
            text.Append(letter switch
            {
                '\n' => @"\N",
                '\\' => $"\\{WordJoiner}",
                '{' => @"\{",
                '}' => @"\}",
                _ when char.IsControl(letter) => " ",
                _ => letter,
            });
        }

        return text.ToString();
    }
}
