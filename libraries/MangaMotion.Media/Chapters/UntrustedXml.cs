using System.Net;
using System.Security;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace MangaMotion.Media.Chapters;

/// <summary>
/// Reads XML of an archive. Only the text itself is read: document types are skipped, and the entities that they declare are empty.
/// </summary>
internal static partial class UntrustedXml
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a document in any encoding that programs write.</summary>
    /// <returns>The root element.</returns>
    /// <exception cref="XmlException">The text is not XML.</exception>
    /// <exception cref="DecoderFallbackException">The encoding is unknown.</exception>
    public static XElement Read(byte[] xml)
    {
        var decoded = Decode(xml).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        using var text = new StringReader(NamedEntity().Replace(decoded, entity => SecurityElement.Escape(Resolve(entity.Value))));
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null };
        using var reader = XmlReader.Create(text, settings);
        return XDocument.Load(reader).Root!;
    }

    /// <summary>Gets the text of the first child element with a name in any namespace; null if it is missing or blank.</summary>
    public static string? Value(this XElement parent, string name) =>
        parent.Elements().FirstOrDefault(child => child.Is(name))?.Value.Trim() is { Length: > 0 } value ? value : null;

    /// <summary>Whether the element has a name, in any namespace and case.</summary>
    public static bool Is(this XElement element, string name) => element.Name.LocalName.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Gets the value of an attribute in any namespace; null if it is missing.</summary>
    public static string? Read(this XElement element, string name) =>
        element.Attributes().FirstOrDefault(attribute => attribute.Name.LocalName == name)?.Value.Trim();

    /// <summary>Resolves an entity of HTML to its character; other entities to an empty string.</summary>
    private static string Resolve(string entity) => WebUtility.HtmlDecode(entity) is var text && text != entity ? text : "";

    /// <summary>
    /// Decodes a text by its byte order mark or the zero bytes of UTF-16. The declared encoding is used only if the text is not UTF-8,
    /// because .NET programs declare UTF-16 in files that they write in UTF-8.
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
        catch (DecoderFallbackException) when (FindDeclared(xml) is { } declared)
        {
            return declared.GetString(xml);
        }
    }

    private static Encoding? FindDeclared(byte[] xml)
    {
        var name = Declaration().Match(Encoding.Latin1.GetString(xml)).Groups["name"].Value;
        return name.Equals("iso-8859-1", StringComparison.OrdinalIgnoreCase)
            ? Encoding.Latin1
            : CodePagesEncodingProvider.Instance.GetEncoding(name);
    }

    /// <summary>Matches a reference to an entity that XML itself does not define.</summary>
    [GeneratedRegex(
        "&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z][A-Za-z0-9._-]{0,60};", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex NamedEntity();

    [GeneratedRegex(
        """^\s*<\?xml[^>]{0,100}encoding=["'](?<name>[A-Za-z0-9._-]{1,40})["']""",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Declaration();
}
