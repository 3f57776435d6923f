using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace MangaMotion.Media.Chapters;

/// <summary>What the file ComicInfo.xml of an archive says about the chapter. Everything may be unknown.</summary>
/// <param name="Title">The title; without one, the series and its number.</param>
/// <param name="Language">A language tag in lower case, such as <c>ja</c> or <c>en-us</c>.</param>
/// <param name="RightToLeft">Whether the right side of a page is read first.</param>
/// <param name="Note">A sentence for the owner that says why the file was not used; null if it was, or there is none.</param>
public sealed partial record ComicInfo(string? Title = null, string? Language = null, bool? RightToLeft = null, string? Note = null)
{
    internal const string FileName = "ComicInfo.xml";
    internal const int LongestFile = 256 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal static ComicInfo NotUsed(string reason) => new(Note: $"ComicInfo.xml was not used: {reason}.");

    /// <summary>Reads the file in any of the encodings that programs write. One that cannot be read leaves everything unknown.</summary>
    internal static ComicInfo Parse(byte[] xml)
    {
        try
        {
            using var text = new StringReader(Decode(xml).TrimStart('\uFEFF', ' ', '\t', '\r', '\n'));
            using var reader = XmlReader.Create(text, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = LongestFile });
            var root = XDocument.Load(reader).Root!;
            if (!root.Name.LocalName.Equals("ComicInfo", StringComparison.OrdinalIgnoreCase))
                return NotUsed("it is another XML document");

            var (title, series, number) = (Value("Title"), Value("Series"), Value("Number"));
            var named = title ?? (series is null ? null : number is null ? series : string.Create(CultureInfo.InvariantCulture, $"{series} {number}"));
            return new ComicInfo(
                named is null ? null : PageNames.ForPeople(named, 1),
                Value("LanguageISO") is { } language ? PageNames.ForPeople(language, 1).ToLowerInvariant().Replace('_', '-') : null,
                // "Yes" says that it is a manga, and leaves the direction open: some are mirrored.
                Value("Manga")?.ToUpperInvariant() switch { "YESANDRIGHTTOLEFT" => true, "NO" => false, _ => null });

            string? Value(string element) =>
                root.Elements().FirstOrDefault(child => child.Name.LocalName.Equals(element, StringComparison.OrdinalIgnoreCase))?.Value.Trim() is { Length: > 0 } value
                    ? value
                    : null;
        }
        catch (Exception exception) when (exception is XmlException or DecoderFallbackException)
        {
            return NotUsed("it is damaged");
        }
    }

    /// <summary>
    /// By the byte order mark, else by the zero bytes of UTF-16. The declared encoding counts only where the text is not UTF-8, because
    /// .NET programs declare UTF-16 in files that they write in UTF-8.
    /// </summary>
    private static string Decode(byte[] xml)
    {
        switch (xml)
        {
            case [0xEF, 0xBB, 0xBF, ..]:
                return StrictUtf8.GetString(xml);
            case [0xFF, 0xFE, ..] or [(byte)'<', 0, ..]:
                return Encoding.Unicode.GetString(xml);
            case [0xFE, 0xFF, ..] or [0, (byte)'<', ..]:
                return Encoding.BigEndianUnicode.GetString(xml);
        }

        try
        {
            return StrictUtf8.GetString(xml);
        }
        catch (DecoderFallbackException) when (Declared(xml) is { } declared)
        {
            return declared.GetString(xml);
        }
    }

    private static Encoding? Declared(byte[] xml)
    {
        var name = Declaration().Match(Encoding.Latin1.GetString(xml)).Groups["name"].Value;
        return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? (name.Equals("iso-8859-1", StringComparison.OrdinalIgnoreCase) ? Encoding.Latin1 : null);
    }

    [GeneratedRegex("""^\s*<\?xml[^>]{0,100}encoding=["'](?<name>[A-Za-z0-9._-]{1,40})["']""", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Declaration();
}
