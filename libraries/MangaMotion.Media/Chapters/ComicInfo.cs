using System.Text;
using System.Xml;

namespace MangaMotion.Media.Chapters;

/// <summary>
/// Description of a chapter in its archive: the file ComicInfo.xml, or the package of an EPUB. Every value may be unknown.
/// </summary>
/// <param name="Title">Title, or series and number if there is no title.</param>
/// <param name="Language">Language tag in lower case, such as <c>ja</c> or <c>en-us</c>.</param>
/// <param name="RightToLeft">Whether the right side of a page is read first.</param>
/// <param name="Note">Sentence for the owner that says why the file was not used; null if it was used or does not exist.</param>
public sealed record ComicInfo(string? Title = null, string? Language = null, bool? RightToLeft = null, string? Note = null)
{
    internal const string FileName = "ComicInfo.xml";
    internal const int MaxFileBytes = 256 * 1024;

    /// <summary>Whether the values come from the package of an EPUB.</summary>
    public bool IsFromEpub { get; init; }

    /// <summary>Series and number, if the chapter has a title of its own besides.</summary>
    public string? Chapter { get; init; }

    /// <summary>Writer and artist.</summary>
    public string? Author { get; init; }

    /// <summary>Address of the chapter in the web.</summary>
    public string? Source { get; init; }

    internal static ComicInfo NotUsed(string reason) => new(Note: $"ComicInfo.xml was not used: {reason}.");

    /// <summary>Reads the file in any encoding that programs write. If it cannot be read, every value is unknown.</summary>
    internal static ComicInfo Parse(byte[] xml)
    {
        try
        {
            var root = UntrustedXml.Read(xml);
            if (!root.Is("ComicInfo"))
                return NotUsed("it is another XML document");

            var (title, series, number) = (root.Value("Title"), root.Value("Series"), root.Value("Number"));
            var chapter = series is not null && number is not null ? $"{series} {number}" : series;
            var authors = new[] { root.Value("Writer"), root.Value("Penciller") }.OfType<string>().Distinct().ToList();
            return new ComicInfo(
                ToName(title ?? chapter),
                root.Value("LanguageISO") is { } language ? FindTag(language) : null,
                // "Yes" means that it is a manga. The direction remains unknown, because some are mirrored.
                root.Value("Manga")?.ToUpperInvariant() switch { "YESANDRIGHTTOLEFT" => true, "NO" => false, _ => null })
            {
                Chapter = title is null ? null : ToName(chapter),
                Author = authors.Count == 0 ? null : ToName(string.Join(", ", authors)),
                Source = root.Value("Web") is { } address && Uri.TryCreate(address, UriKind.Absolute, out var web)
                    && (web.Scheme == Uri.UriSchemeHttps || web.Scheme == Uri.UriSchemeHttp) ? web.AbsoluteUri : null,
            };
        }
        catch (Exception exception) when (exception is XmlException or DecoderFallbackException)
        {
            return NotUsed("it is damaged");
        }
    }

    private static string? ToName(string? text) => text is null ? null : PageNames.ToDisplayName(text, 1);

    /// <summary>
    /// Converts a language to a tag in lower case. The supported languages are also recognized by their codes of three letters and their
    /// names, which people and programs write into this field.
    /// </summary>
    internal static string FindTag(string language)
    {
        var text = PageNames.ToDisplayName(language, 1).ToLowerInvariant().Replace('_', '-');
        var end = text.IndexOf('-', StringComparison.Ordinal);
        var (first, rest) = end > 0 ? (text[..end], text[end..]) : (text, "");
        return first switch
        {
            "jp" or "jpn" or "japanese" or "日本語" => "ja" + rest,
            "eng" or "english" or "英語" => "en" + rest,
            _ => text,
        };
    }
}
