using System.Globalization;
using System.Text;

namespace MangaMotion.Hostile.Files;

/// <summary>PDFs of given objects, numbered from 1, with a valid cross-reference table.</summary>
internal static class PdfFiles
{
    public const string Catalog = "<< /Type /Catalog /Pages 2 0 R >>";
    public const string OnePage = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>";
    private const string Font = "<< /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>";

    /// <summary>Creates one page with this content, A4 by default.</summary>
    public static byte[] Drawing(string content, string resources = "", string box = "[0 0 595 842]") =>
        Of([Catalog, OnePage, Page(resources, box), Stream(content)]);

    /// <summary>Creates A4 pages that share one drawing.</summary>
    public static byte[] Pages(int count) => Of(
    [
        Catalog,
        $"<< /Type /Pages /Kids [{string.Join(' ', Enumerable.Range(5, count).Select(number => $"{number} 0 R"))}] /Count {count} >>",
        "null", Stream("0 0 100 100 re f"), .. Enumerable.Repeat(Page(), count),
    ]);

    /// <summary>Creates a page whose content is object 4.</summary>
    public static string Page(string resources = "", string box = "[0 0 595 842]") =>
        $"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Contents 4 0 R /Resources << /Font {Font} {resources} >> >>";

    public static string Stream(string content, string entries = "") =>
        $"<< {entries} /Length {content.Length} >>\nstream\n{content}\nendstream";

    public static string Stream(byte[] content, string entries) => Stream(Encoding.Latin1.GetString(content), entries);

    public static byte[] Of(IReadOnlyList<string> objects, string trailer = "")
    {
        var pdf = new StringBuilder("%PDF-1.7\n");
        var offsets = new List<int>();
        for (var i = 0; i < objects.Count; i++)
        {
            offsets.Add(pdf.Length);
            pdf.Append(CultureInfo.InvariantCulture, $"{i + 1} 0 obj\n{objects[i]}\nendobj\n");
        }

        var table = pdf.Length;
        pdf.Append(CultureInfo.InvariantCulture, $"xref\n0 {offsets.Count + 1}\n0000000000 65535 f \n");
        foreach (var offset in offsets)
            pdf.Append(CultureInfo.InvariantCulture, $"{offset:D10} 00000 n \n");
        pdf.Append(
            CultureInfo.InvariantCulture, $"trailer\n<< /Size {offsets.Count + 1} /Root 1 0 R {trailer} >>\nstartxref\n{table}\n%%EOF\n");
        return Encoding.Latin1.GetBytes(pdf.ToString());
    }
}
