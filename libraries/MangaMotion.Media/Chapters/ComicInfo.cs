using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace MangaMotion.Media.Chapters;

/// <summary>What a chapter says about itself; everything may be unknown.</summary>
/// <param name="Language">Such as <c>ja</c>.</param>
/// <param name="RightToLeft">Which side of a page is read first.</param>
public sealed record ComicInfo(string? Title = null, string? Language = null, bool? RightToLeft = null)
{
    internal const string FileName = "ComicInfo.xml";
    internal const int LongestFile = 256 * 1024;

    /// <summary>Reads the file that comic readers put into archives. One that cannot be read tells nothing.</summary>
    internal static ComicInfo Parse(Stream xml)
    {
        try
        {
            using var reader = XmlReader.Create(xml, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = LongestFile });
            var root = XDocument.Load(reader).Root;
            var (title, series, number) = (Value("Title"), Value("Series"), Value("Number"));
            var named = title ?? (series is null ? null : number is null ? series : string.Create(CultureInfo.InvariantCulture, $"{series} {number}"));
            return new ComicInfo(
                named is null ? null : PageNames.ForPeople(named, 1),
                Value("LanguageISO")?.ToLowerInvariant(),
                Value("Manga") switch { "YesAndRightToLeft" => true, "No" => false, _ => null });

            string? Value(string element) => root?.Element(element)?.Value.Trim() is { Length: > 0 } text ? text : null;
        }
        catch (XmlException)
        {
            // It is decoration; the pages are what counts.
            return new ComicInfo();
        }
    }
}
