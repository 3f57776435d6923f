using MangaMotion.Media.Hosts;
using MangaMotion.MediaHost.Qpdf;
using MangaMotion.MediaHost.Vips;

namespace MangaMotion.MediaHost.Poppler;

/// <summary>Checks a PDF, counts its pages, and renders the variants of one page.</summary>
internal static class PdfRenderer
{
    /// <summary>Size in points of a page that states none.</summary>
    private const double A4Width = 595, A4Height = 842;

    public static PdfAnswer Render(HostArguments host, PdfJob job)
    {
        PopplerErrors.Clear();
        using var document = Open(host) ?? throw Refused(HostFailureKind.Corrupt);
        if (document.IsLocked)
            throw Refused(HostFailureKind.Encrypted);
        var pages = document.Pages;
        if (pages <= 0)
            throw Refused(HostFailureKind.NoPages);
        if (pages > job.MaxPages)
            throw Refused(HostFailureKind.TooManyPages, pages);

        using var first = document.OpenPage(1) ?? throw Refused(HostFailureKind.Corrupt);
        if (Math.Max(first.Width, first.Height) is var side && side > PdfJob.MaxPoints)
            throw Refused(HostFailureKind.PageTooLarge, (long)side);
        if (Math.Min(first.Width, first.Height) <= 0)
            throw Refused(HostFailureKind.NoPageSize);

        return new PdfAnswer { Pages = pages, Image = job.Page is { } wanted ? RenderPage(host, document, wanted) : null };
    }

    private static PdfDocument? Open(HostArguments host)
    {
        var layered = Path.Combine(host.OutputDirectory, "layered");
        try
        {
            return PdfDocument.Open(PdfLayers.Apply(host.Input, layered) ? layered : host.Input);
        }
        finally
        {
            // Poppler keeps the file open.
            File.Delete(layered);
        }
    }

    private static ImageAnswer RenderPage(HostArguments host, PdfDocument document, HostPage wanted)
    {
        using var page = document.OpenPage(wanted.Number) ?? throw Refused(HostFailureKind.Corrupt);
        return page.Draw(FindScale(page, wanted), (pixels, width, height) =>
        {
            // Poppler returns a blank page if it cannot read the content.
            if (PopplerErrors.Any && pixels.IndexOfAnyExcept((byte)255) < 0)
                throw Refused(HostFailureKind.Corrupt);
            if (PopplerErrors.Text.Contains("Missing language pack", StringComparison.Ordinal))
            {
                throw new RefusedException(new HostFailure(
                    HostFailureKind.Internal, $"text is lost without poppler's encodings: install poppler-data; {PopplerErrors.Text}"));
            }

            var image = ImageRenderer.Render(host, pixels, (width, height), 1, wanted.Pictures);
            return SystemFonts.CoverEastAsia || !document.LacksLargeFont(wanted.Number)
                ? image
                : image with { Notes = [HostNote.FontsMissing] };
        });
    }

    /// <summary>Pixels per point at which the page has the largest size that all limits allow.</summary>
    private static double FindScale(PdfPage page, HostPage wanted)
    {
        var (width, height) = page is { Width: > 0, Height: > 0 } ? (page.Width, page.Height) : (A4Width, A4Height);
        var (longer, shorter) = (Math.Max(width, height), Math.Max(1, Math.Min(width, height)));
        return Math.Min(wanted.Longer / longer, Math.Min(wanted.Shorter / shorter, Math.Sqrt(wanted.MaxPixels / longer / shorter)));
    }

    private static RefusedException Refused(HostFailureKind kind, long actual = 0) =>
        new(new HostFailure(kind, PopplerErrors.Text, actual));
}
