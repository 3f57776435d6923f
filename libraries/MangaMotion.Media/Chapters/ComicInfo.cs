using System.Globalization;
using System.Text;
using System.Xml;

namespace MangaMotion.Media.Chapters;

/// <summary>The description of a chapter in its archive: the file ComicInfo.xml, or the package of an EPUB. Everything may be unknown.</summary>
/// <param name="Title">The title; without one, the series and its number.</param>
/// <param name="Language">A language tag in lower case, such as <c>ja</c> or <c>en-us</c>.</param>
/// <param name="RightToLeft">Whether the right side of a page is read first.</param>
/// <param name="Note">A sentence for the owner that says why the file was not used; null if it was, or there is none.</param>
public sealed record ComicInfo(string? Title = null, string? Language = null, bool? RightToLeft = null, string? Note = null)
{
    internal const string FileName = "ComicInfo.xml";
    internal const int LongestFile = 256 * 1024;

    /// <summary>Whether the values come from the package of an EPUB.</summary>
    public bool IsFromEpub { get; init; }

    internal static ComicInfo NotUsed(string reason) => new(Note: $"ComicInfo.xml was not used: {reason}.");

    /// <summary>Reads the file in any of the encodings that programs write. One that cannot be read leaves everything unknown.</summary>
    internal static ComicInfo Parse(byte[] xml)
    {
        try
        {
            var root = ForeignXml.Read(xml);
            if (!root.Is("ComicInfo"))
                return NotUsed("it is another XML document");

            var (title, series, number) = (root.Value("Title"), root.Value("Series"), root.Value("Number"));
            var named = title ?? (series is null ? null : number is null ? series : string.Create(CultureInfo.InvariantCulture, $"{series} {number}"));
            return new ComicInfo(
                named is null ? null : PageNames.ForPeople(named, 1),
                root.Value("LanguageISO") is { } language ? FindTag(language) : null,
                // "Yes" says that it is a manga, and leaves the direction open: some are mirrored.
                root.Value("Manga")?.ToUpperInvariant() switch { "YESANDRIGHTTOLEFT" => true, "NO" => false, _ => null });
        }
        catch (Exception exception) when (exception is XmlException or DecoderFallbackException)
        {
            return NotUsed("it is damaged");
        }
    }

    /// <summary>
    /// A tag in lower case. The languages that are read here also by their codes of three letters and their names, which people and programs
    /// write into fields for a code.
    /// </summary>
    internal static string FindTag(string language)
    {
        var text = PageNames.ForPeople(language, 1).ToLowerInvariant().Replace('_', '-');
        var (first, rest) = text.IndexOf('-', StringComparison.Ordinal) is > 0 and var end ? (text[..end], text[end..]) : (text, "");
        return first switch
        {
            "jp" or "jpn" or "japanese" or "日本語" => "ja" + rest,
            "eng" or "english" or "英語" => "en" + rest,
            _ => text,
        };
    }
}
