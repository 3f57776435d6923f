using System.Globalization;
using System.Text;

namespace MangaMotion.Formats;

/// <summary>Writes small PDFs object by object, with a right cross-reference table.</summary>
internal static class PdfFile
{
    /// <summary>Four coloured quarters on a page of 240 × 160 points.</summary>
    public static string FourColours { get; } = string.Join('\n', Cells.FourColours.Colours.Select((colour, quarter) => string.Create(
        CultureInfo.InvariantCulture,
        $"{colour.R / 255.0:F4} {colour.G / 255.0:F4} {colour.B / 255.0:F4} rg {quarter % 2 * 120} {(quarter < 2 ? 80 : 0)} 120 80 re f")));

    /// <summary>One page of 240 × 160 points.</summary>
    /// <param name="resources">Entries of the page's resources.</param>
    /// <param name="page">Other entries of the page.</param>
    /// <param name="catalog">Other entries of the catalog.</param>
    /// <param name="objects">Objects from number 5 on.</param>
    public static byte[] OnePage(string content, string resources = "", string page = "", string catalog = "",
        params IReadOnlyList<string> objects) => Write(
    [
        $"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        $"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 240 160] /Contents 4 0 R /Resources << {resources} >> {page} >>",
        $"<< /Length {content.Length} >>\nstream\n{content}\nendstream",
        .. objects,
    ]);

    /// <summary>Text in a font for a large character set that is named and not embedded.</summary>
    /// <param name="ordering">Adobe's collection, such as <c>Japan1</c>.</param>
    /// <param name="map">Adobe's map of the encoding, such as <c>90ms-RKSJ-H</c>.</param>
    public static byte[] WithoutFont(string text, int codePage, string ordering, string map, string font)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var hex = Convert.ToHexString(Encoding.GetEncoding(codePage).GetBytes(text));
        return OnePage(
            $"BT /F1 30 Tf 15 70 Td <{hex}> Tj ET",
            "/Font << /F1 5 0 R >>",
            objects:
            [
                $"<< /Type /Font /Subtype /Type0 /BaseFont /{font} /Encoding /{map} /DescendantFonts [6 0 R] >>",
                $"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{font} "
                    + $"/CIDSystemInfo << /Registry (Adobe) /Ordering ({ordering}) /Supplement 2 >> "
                    + "/DW 1000 /FontDescriptor 7 0 R >>",
                $"<< /Type /FontDescriptor /FontName /{font} /Flags 5 /FontBBox [0 -137 1000 859] /ItalicAngle 0 /Ascent 859 /Descent -137 "
                    + "/CapHeight 769 /StemV 78 >>",
            ]);
    }

    private static byte[] Write(IReadOnlyList<string> objects)
    {
        var pdf = new StringBuilder("%PDF-1.7\n");
        var offsets = new List<int>();
        foreach (var (i, content) in objects.Index())
        {
            offsets.Add(pdf.Length);
            pdf.Append(CultureInfo.InvariantCulture, $"{i + 1} 0 obj\n{content}\nendobj\n");
        }

        var table = pdf.Length;
        pdf.Append(CultureInfo.InvariantCulture, $"xref\n0 {offsets.Count + 1}\n0000000000 65535 f \n");
        foreach (var offset in offsets)
            pdf.Append(CultureInfo.InvariantCulture, $"{offset:D10} 00000 n \n");
        pdf.Append(CultureInfo.InvariantCulture, $"trailer\n<< /Size {offsets.Count + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
        return Encoding.Latin1.GetBytes(pdf.ToString());
    }
}
