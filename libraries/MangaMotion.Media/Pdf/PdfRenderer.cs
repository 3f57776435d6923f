using MangaMotion.Media.Hosts;
using MangaMotion.Media.Images;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Pdf;

/// <summary>What a PDF is and what was made of its first page.</summary>
/// <param name="Image">Its width and height are those of the rendered page, not of the paper.</param>
public sealed record RenderedPdf(int Pages, RenderedImage Image);

/// <summary>Pictures of a PDF's pages, drawn at their size by poppler in the kept children.</summary>
public sealed class PdfRenderer(MediaHostPool hosts, IOptions<MediaOptions> options)
{
    /// <summary>Pixels of the shorter side of a page that is to be read and filmed; a long strip gets fewer.</summary>
    private const int PageSide = 1_600;
    private const double PagePixels = 24_000_000;

    /// <summary>A JPEG has no more to a side.</summary>
    private const int LongestSide = 65_000;

    /// <summary>Renders page 1 at the largest size of the request and makes all variants of it.</summary>
    /// <param name="input">A file in the workspace; it stays.</param>
    /// <exception cref="MediaException">The file is refused (encrypted, empty, broken, too large), or a child failed.</exception>
    public Task<RenderedPdf> RenderAsync(Workspace workspace, string input, ImageRequest request, CancellationToken cancellationToken)
    {
        request.Validate();
        var size = request.Variants.Max(variant => variant.Size);
        // A square is cut out of the page, so the shorter side of the page must be as long as the square.
        var page = request.Variants.Any(variant => variant.Fit == ImageFit.Crop)
            ? new HostPage(1, LongestSide, size, PagePixels, ImageRenderer.Ask(request))
            : new HostPage(1, size, size, double.MaxValue, ImageRenderer.Ask(request));
        return DrawAsync(
            input,
            page,
            (answer, image, output) => new RenderedPdf(answer.Pages, ImageRenderer.Take(workspace, image, output, request)),
            cancellationToken);
    }

    /// <summary>The number of pages, after everything that can be refused without drawing one.</summary>
    internal Task<int> CountPagesAsync(string input, CancellationToken cancellationToken) =>
        hosts.AskAsync(input, MediaType.Pdf, Job(null), (answer, _) => answer.Pages, cancellationToken);

    /// <summary>Draws one page as a comic page is needed: large enough for its lettering, whatever size it says it has.</summary>
    /// <param name="page">From 1.</param>
    /// <returns>Path of a JPEG in the workspace.</returns>
    internal Task<string> DrawPageAsync(Workspace workspace, string input, int page, CancellationToken cancellationToken)
    {
        var picture = new HostVariant("page", LongestSide, "jpg", 94, Progressive: false);
        return DrawAsync(
            input,
            new HostPage(page, LongestSide, PageSide, PagePixels, new HostPictures([picture], [255, 255, 255])),
            (_, image, output) => output.TakePicture(workspace, picture.Name, picture.Format, image.Width, image.Height).Path,
            cancellationToken);
    }

    private Task<T> DrawAsync<T>(string input, HostPage page, Func<PdfAnswer, ImageAnswer, HostOutput, T> take, CancellationToken cancellationToken) =>
        hosts.AskAsync(
            input,
            MediaType.Pdf,
            Job(page),
            (answer, output) => take(answer, answer.Image ?? throw new ToolFailedException(output.Tool, $"page {page.Number} is missing in the answer"), output),
            cancellationToken);

    private PdfJob Job(HostPage? page) => new() { Type = MediaType.Pdf.Name, Page = page, MaxPages = options.Value.Limits.Pages };
}
