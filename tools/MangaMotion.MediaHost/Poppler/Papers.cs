using MangaMotion.Media.Hosts;
using MangaMotion.MediaHost.Vips;

namespace MangaMotion.MediaHost.Poppler;

/// <summary>PDFs: checked, their pages counted, one of them drawn and its pictures made.</summary>
internal static class Papers
{
    /// <summary>A page that says no size is drawn as if it were A4.</summary>
    private const double A4Width = 595, A4Height = 842;

    public static PdfAnswer Draw(Slot slot, PdfJob job)
    {
        Complaints.Clear();
        using var document = Document.Open(slot.Input) ?? throw Refused(HostFailureKind.Corrupt);
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

        return new PdfAnswer { Pages = pages, Image = job.Page is { } wanted ? Draw(slot, document, wanted) : null };
    }

    private static ImageAnswer Draw(Slot slot, Document document, HostPage wanted)
    {
        using var page = document.OpenPage(wanted.Number) ?? throw Refused(HostFailureKind.Corrupt);
        return page.Draw(Scale(page, wanted), (pixels, width, height) =>
        {
            // Poppler succeeds with a page whose content it could not read, and leaves the paper empty.
            if (Complaints.Any && pixels.IndexOfAnyExcept((byte)255) < 0)
                throw Refused(HostFailureKind.Corrupt);
            if (Complaints.Text.Contains("Missing language pack", StringComparison.Ordinal))
                throw new RefusedException(new HostFailure(HostFailureKind.Internal, $"text is lost without poppler's encodings: install poppler-data; {Complaints.Text}"));
            var image = ImageRenderer.Render(slot, pixels, (width, height), 1, wanted.Pictures);
            return SystemFonts.CoverEastAsia || !document.LacksLargeFont(wanted.Number) ? image : image with { Notes = [HostNote.FontsMissing] };
        });
    }

    /// <summary>Pixels to a point.</summary>
    private static double Scale(Page page, HostPage wanted)
    {
        var (width, height) = page is { Width: > 0, Height: > 0 } ? (page.Width, page.Height) : (A4Width, A4Height);
        var (longer, shorter) = (Math.Max(width, height), Math.Max(1, Math.Min(width, height)));
        return Math.Min(wanted.Longer / longer, Math.Min(wanted.Shorter / shorter, Math.Sqrt(wanted.MaxPixels / longer / shorter)));
    }

    private static RefusedException Refused(HostFailureKind kind, long actual = 0) => new(new HostFailure(kind, Complaints.Text, actual));
}
