using MangaMotion.Media.Hosts;
using MangaMotion.Media.Images;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Pdf;

/// <summary>Result of rendering a PDF.</summary>
/// <param name="Image">Variants of the first page. Width and height are those of the rendered page, not of the paper.</param>
public sealed record RenderedPdf(int Pages, RenderedImage Image);

/// <summary>Renders pages of PDFs by poppler in the media hosts.</summary>
public sealed class PdfRenderer(MediaHostPool hosts, IOptions<MediaOptions> options)
{
    /// <summary>Pixels of the shorter side of a chapter's page; a long strip gets fewer.</summary>
    private const int PageSide = 1_600;
    private const double PagePixels = 24_000_000;

    /// <summary>Most pixels of a side of a JPEG.</summary>
    private const int LongestSide = 65_000;

    /// <summary>Renders all variants of page 1.</summary>
    /// <param name="input">File in the workspace. It is not changed.</param>
    /// <exception cref="MediaException">The file is refused (encrypted, empty, damaged, too large), or a media host failed.</exception>
    public Task<RenderedPdf> RenderAsync(Workspace workspace, string input, ImageRequest request, CancellationToken cancellationToken)
    {
        request.Validate();
        var size = request.Variants.Max(variant => variant.Size);
        // A square is cut from the page, so the shorter side of the page must be as long as the square.
        var page = request.Variants.Any(variant => variant.Fit == ImageFit.Crop)
            ? new HostPage(1, LongestSide, size, PagePixels, ImageRenderer.CreatePictures(request))
            : new HostPage(1, size, size, double.MaxValue, ImageRenderer.CreatePictures(request));
        return DrawAsync(
            input,
            page,
            (answer, image, output) => new RenderedPdf(answer.Pages, ImageRenderer.Collect(workspace, image, output, request)),
            cancellationToken);
    }

    /// <summary>Counts the pages, after all checks that need no drawing.</summary>
    internal Task<int> CountPagesAsync(string input, CancellationToken cancellationToken) =>
        hosts.RunJobAsync(input, MediaType.Pdf, Job(null), (answer, _) => answer.Pages, cancellationToken);

    /// <summary>Draws a page of a chapter, large enough for its lettering. The size that the page declares does not matter.</summary>
    /// <param name="page">Page number, from 1.</param>
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

    private Task<T> DrawAsync<T>(
        string input, HostPage page, Func<PdfAnswer, ImageAnswer, HostOutput, T> collect, CancellationToken cancellationToken) =>
        hosts.RunJobAsync(
            input,
            MediaType.Pdf,
            Job(page),
            (answer, output) => answer.Image is { } image
                ? collect(answer, image, output)
                : throw new ToolFailedException(output.Tool, $"page {page.Number} is missing in the answer"),
            cancellationToken);

    private PdfJob Job(HostPage? page) => new() { Type = MediaType.Pdf.Name, Page = page, MaxPages = options.Value.Limits.Pages };
}
