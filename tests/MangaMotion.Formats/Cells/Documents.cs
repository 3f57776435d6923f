using System.Text;

namespace MangaMotion.Formats.Cells;

/// <summary>PDFs: four colours, or one line of text.</summary>
internal static class Documents
{
    public static IReadOnlyList<Cell> All { get; } =
    [
        Document("PDF 1.7", "vectors", "-", Plain),
        Document("PDF 1.7", "vectors", "object streams", bench => Qpdf(bench, "--object-streams=generate")),
        Document("PDF 1.7", "vectors", "linearised", bench => Qpdf(bench, "--linearize")),
        Document("PDF 1.7", "vectors", "turned by 90°", bench => Qpdf(bench, "--rotate=90"), order: [2, 0, 3, 1]),
        Document("PDF 1.7", "vectors", "turned by 180°", bench => Qpdf(bench, "--rotate=180"), order: [3, 2, 1, 0]),
        Document("PDF 1.7", "vectors", "encrypted, without a password to open", bench =>
            Qpdf(bench, "--encrypt", "", "owner", "256", "--")),
        Document("PDF 1.7", "vectors", "a crop box", bench => bench.Write(
            "pdf", PdfFile.OnePage($"1 0 0 1 20 20 cm {PdfFile.FourColours}", page: "/MediaBox [0 0 300 300] /CropBox [20 20 260 180]"))),
        Document("PDF 1.7", "vectors", "turned by -90°", bench => bench.Write(
            "pdf", PdfFile.OnePage(PdfFile.FourColours, page: "/Rotate -90")), order: [1, 3, 0, 2]),
        Document("PDF 1.7", "vectors", "a page box from right to left", bench => bench.Write(
            "pdf", PdfFile.OnePage(PdfFile.FourColours, page: "/CropBox [240 160 0 0]"))),
        Document("PDF 1.7", "vectors", "a crop box larger than the page", bench => bench.Write(
            "pdf", PdfFile.OnePage(PdfFile.FourColours, page: "/CropBox [-50 -50 500 500]"))),
        Document("PDF 1.7", "vectors", "2 units a point", bench => bench.Write(
            "pdf", PdfFile.OnePage(PdfFile.FourColours, page: "/UserUnit 2"))),
        Document("PDF 1.7", "vectors", "a wrong place of the cross-reference table", bench => bench.Write(
            "pdf", [.. PdfFile.OnePage(PdfFile.FourColours)[..^10], .. "9\n%%EOF\n"u8])),
        Document("PDF 1.7", "vectors", "a layer that is off (BaseState)", bench => bench.Write("pdf", Layer("/BaseState /OFF", ""))),
        Document("PDF 1.7", "vectors", "a stamp that is hidden", bench => bench.Write("pdf", Stamp(2))),
        Document("PDF 1.7", "vectors", "a stamp for print only", bench => bench.Write("pdf", Stamp(36))),
        Document("PDF 1.7", "vectors", "other bytes before the first line", bench => bench.Write(
            "pdf", [.. "HTTP/1.1 200 OK\r\n\r\n"u8, .. PdfFile.OnePage(PdfFile.FourColours)])),
        Document("PDF 1.7", "JPEG", "a scan", bench => bench.Write("pdf", Scan(bench)), tolerance: 12),
        Document("PDF 1.7", "vectors", "a layer that is off (list OFF)", bench => bench.Write("pdf", Layer("/OFF [5 0 R]", ""))),
        Document("PDF 1.7", "vectors", "a layer for print only (ViewState)", bench => bench.Write("pdf", Layer(ByUsage, ViewState("OFF")))),
        Document("PDF 1.7", "vectors", "a layer for print only, object streams and encrypted", bench => bench.Make(
            "pdf", "qpdf", "--object-streams=generate", "--encrypt", "", "owner", "256", "--",
            bench.Write("pdf", Layer(ByUsage, ViewState("OFF"))), "OUT")),
        Document("PDF 1.7", "vectors", "a layer without usage beside one for print only", bench => bench.Write(
            "pdf", Layer($"/OFF [5 0 R] {ByUsage.Replace("5 0", "6 0", StringComparison.Ordinal)}", "", ViewState("OFF")))),
        Layered("a layer that is off in the list OFF, on for viewing (ViewState)", $"/OFF [5 0 R] {ByUsage}", ViewState("ON")),
        Layered("a layer with a usage that the document does not apply", "", ViewState("OFF")),
        Text("Japanese", "吾輩は猫である", 932, "Japan1", "90ms-RKSJ-H", "MS-Mincho"),
        Text("Korean", "나는고양이", 949, "Korea1", "KSCms-UHC-H", "Batang"),
        Text("simplified Chinese", "我是一只猫咪", 936, "GB1", "GBK-EUC-H", "SimSun"),
        Text("traditional Chinese", "我是一隻貓咪", 950, "CNS1", "ETen-B5-H", "MingLiU"),
        Refused("PDF 1.7", "vectors", "encrypted with a password", bench =>
            Qpdf(bench, "--encrypt", "user", "owner", "256", "--"), "media.unsupported"),
        Refused("PDF 1.7", "vectors", "cut short", bench =>
            bench.Write("pdf", PdfFile.OnePage(PdfFile.FourColours)[..40]), "media.corrupt"),
        Refused("PostScript", "-", "magic bytes alone", bench => bench.Write("ps", [.. "%!PS-Adobe-3.0\n"u8]), "media.unsupported"),
        Refused("DjVu", "-", "magic bytes alone", bench => bench.Write("djvu", [.. "AT&TFORM"u8, .. new byte[60]]), "media.unsupported"),
        Refused("old Office document", "-", "magic bytes alone", bench =>
            bench.Write("doc", [0xD0, 0xCF, 0x11, 0xE0, .. new byte[600]]), "media.unsupported"),
    ];

    /// <summary>Entry of the configuration by which readers apply the usage of the layer on a screen.</summary>
    private const string ByUsage = "/AS [<< /Event /View /Category [/View] /OCGs [5 0 R] >>]";

    private static string ViewState(string state) => $"/Usage << /View << /ViewState /{state} >> >>";

    private static string Plain(Bench bench) => bench.Write("pdf", PdfFile.OnePage(PdfFile.FourColours));

    private static string Qpdf(Bench bench, params string[] options) => bench.Make("pdf", "qpdf", [.. options, Plain(bench), "OUT"]);

    public static byte[] Scan(Bench bench)
    {
        var png = bench.Write("png", PngFile.Write(8, LightCoding.Plain));
        var jpeg = File.ReadAllBytes(bench.Make("jpg", "vips", "jpegsave", png, "OUT", "--Q", "95"));
        return PdfFile.OnePage(
            "240 0 0 160 0 0 cm /X Do",
            "/XObject << /X 5 0 R >>",
            objects:
            [
                "<< /Type /XObject /Subtype /Image /Width 240 /Height 160 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode "
                    + $"/Length {jpeg.Length} >>\nstream\n{Encoding.Latin1.GetString(jpeg)}\nendstream",
            ]);
    }

    /// <summary>Four colours under a black layer.</summary>
    /// <param name="configuration">Entries of the document's configuration of layers.</param>
    /// <param name="layers">Entries of each layer; the first holds the black.</param>
    private static byte[] Layer(string configuration, params IReadOnlyList<string> layers) => PdfFile.OnePage(
        $"{PdfFile.FourColours} /OC /L BDC 0 g 0 0 240 160 re f EMC",
        "/Properties << /L 5 0 R >>",
        catalog: $"/OCProperties << /OCGs [5 0 R] /D << /Order [5 0 R] {configuration} >> >>",
        objects: [.. layers.Select(layer => $"<< /Type /OCG /Name (layer) {layer} >>")]);

    /// <summary>Four colours under a black stamp.</summary>
    /// <param name="flags">Of the annotation: 2 hides it, 4 prints it, 32 hides it on a screen.</param>
    private static byte[] Stamp(int flags)
    {
        const string Black = "0 g 0 0 240 160 re f";
        return PdfFile.OnePage(
            PdfFile.FourColours,
            page: "/Annots [5 0 R]",
            objects:
            [
                $"<< /Type /Annot /Subtype /Stamp /Rect [0 0 240 160] /F {flags} /AP << /N 6 0 R >> >>",
                $"<< /Type /XObject /Subtype /Form /BBox [0 0 240 160] /Length {Black.Length} >>\nstream\n{Black}\nendstream",
            ]);
    }

    private static Cell Document(string container, string codec, string declared, Func<Bench, string> make, int tolerance = 6,
        int[]? order = null) =>
        new("Documents", container, codec, declared, async bench =>
        {
            var made = await bench.SendAsync(make(bench));
            made.Require().Pages.ShouldBe(1);
            FourColours.Check(made, "preview", tolerance, order);
            return "the first page in its colours; pages 1";
        });

    private static Cell Layered(string declared, string configuration, string layer) =>
        new("Documents", "PDF 1.7", "vectors", declared, async bench =>
        {
            var (_, _, rgb) = (await bench.SendAsync(bench.Write("pdf", Layer(configuration, layer)))).Pixels("preview");
            rgb.ShouldAllBe(value => value <= 6);
            return "the layer";
        });

    /// <summary>Characters of a font that lacks them are boxes, which all look alike.</summary>
    private static Cell Text(string language, string text, int codePage, string ordering, string map, string font) =>
        new("Documents", "PDF 1.7", $"text in {language}", "a font that is not in the file", async bench =>
        {
            var made = await bench.SendAsync(bench.Write("pdf", PdfFile.WithoutFont(text, codePage, ordering, map, font)));
            made.Require().Notes.ShouldBeNull();
            var (width, height, rgb) = made.Pixels("preview");
            var scale = width / 240.0;
            var ink = Enumerable.Range(0, text.Length).Select(letter => Ink(15 + (30 * letter), 45 + (30 * letter))).ToList();
            ink.ShouldAllBe(dark => dark > 0);
            ink.Distinct().Count().ShouldBeGreaterThan(3, $"dark pixels of each character: {string.Join(' ', ink)}");
            return "readable text";

            int Ink(int from, int to) =>
                Enumerable.Range(0, height).Sum(y => Enumerable.Range((int)(from * scale), (int)((to - from) * scale)).Count(x =>
                    rgb[((y * width) + x) * 3] < 128));
        });

    private static Cell Refused(string container, string codec, string declared, Func<Bench, string> make, string code) =>
        new("Documents", container, codec, declared, async bench => (await bench.SendAsync(make(bench))).RequireRefusal(code));
}
