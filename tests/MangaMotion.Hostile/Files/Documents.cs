namespace MangaMotion.Hostile.Files;

/// <summary>PDFs with a password, with unusual page sizes, with actions, and with content in another file.</summary>
internal static class Documents
{
    public static IEnumerable<HostileFile> All(string neighbour)
    {
        yield return Pdf("a password.pdf", Encrypted(), "media.unsupported");
        yield return Pdf("launches a program.pdf", PdfFiles.Of(
            [$"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /Launch /F ({neighbour}) >> "
                + ">>", PdfFiles.OnePage, PdfFiles.Page(), PdfFiles.Stream("100 100 300 400 re f")]), Ending.Done);
        yield return Pdf("content in another file.pdf", PdfFiles.Of(
            [PdfFiles.Catalog, PdfFiles.OnePage, PdfFiles.Page(), PdfFiles.Stream("", $"/F ({neighbour}) /FFilter /FlateDecode")]));
        yield return Pdf("a page of 350 m.pdf", PdfFiles.Drawing("", box: "[0 0 1000000 1000000]"), "media.limit.page_size");
        yield return Pdf("a page of no size.pdf", PdfFiles.Drawing("", box: "[0 0 0 0]"));
        yield return Pdf("a page as thin as air.pdf", PdfFiles.Drawing("0 0 100 100 re f", box: "[0 0 14000 0.01]"));
        yield return Pdf(
            "a crop box of nothing.pdf", PdfFiles.Drawing("0 0 100 100 re f", box: "[0 0 595 842] /CropBox [100 100 100 100]"));
        yield return Pdf("a page turned inside out.pdf", PdfFiles.Drawing("0 0 100 100 re f", box: "[595 842 -595 -842]"));
        yield return Pdf("no pages.pdf", PdfFiles.Of([PdfFiles.Catalog, "<< /Type /Pages /Kids [] /Count 0 >>"]), Ending.Refused);
        yield return Pdf("no catalog.pdf", PdfFiles.Of(["<< /Type /Font >>"]), Ending.Refused);
        yield return Pdf("content that is no content.pdf", PdfFiles.Drawing("these are just words ( and a bracket"));
    }

    private static HostileFile Pdf(string name, byte[] content, string ends = Ending.Any) => new("document", name, content, ends);

    private static byte[] Encrypted()
    {
        var secret = string.Concat(Enumerable.Repeat("5A", 32));
        return PdfFiles.Of(
            [PdfFiles.Catalog, PdfFiles.OnePage, PdfFiles.Page(), PdfFiles.Stream(""), $"<< /Filter /Standard /V 1 /R 2 /O <{secret}> /U "
                + $"<{secret}> /P -4 >>"],
            $"/Encrypt 5 0 R /ID [<{secret}> <{secret}>]");
    }
}
