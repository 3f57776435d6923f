using System.Globalization;
using System.Text;
using MangaMotion.Media.Images;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Pdf;

/// <summary>What a PDF is and what was made of its first page.</summary>
/// <param name="Image">Its width and height are those of the rendered page, not of the paper.</param>
public sealed record RenderedPdf(int Pages, RenderedImage Image);

/// <summary>Size of a page in points, as the PDF says.</summary>
internal readonly record struct PaperSize(double Width, double Height);

/// <summary>Pictures of a PDF's pages, rendered at their size by poppler.</summary>
public sealed class PdfRenderer(ToolRunner tools, IImageRenderer images, IOptions<MediaOptions> options)
{
    /// <summary>200 inches, the largest page that PDF readers agree on.</summary>
    private const double LargestPagePoints = 14_400;

    /// <summary>Pixels of the shorter side of a page that is to be read and filmed; a long strip gets fewer.</summary>
    private const int PageSide = 1_600;
    private const double PagePixels = 24_000_000;

    private readonly MediaLimits _limits = options.Value.Limits;

    /// <summary>Renders page 1 at the largest size of the request and makes all variants of it.</summary>
    /// <param name="input">A file in the workspace; it stays.</param>
    /// <exception cref="MediaException">The file is refused (encrypted, empty, broken, too large), or a tool failed.</exception>
    public async Task<RenderedPdf> RenderAsync(Workspace workspace, string input, ImageRequest request, CancellationToken cancellationToken)
    {
        request.Validate();
        var pages = await InspectAsync(workspace, input, cancellationToken);
        var page = await RenderPageAsync(workspace, input, 1, request.Variants.Max(variant => variant.Size), cancellationToken);
        return new RenderedPdf(pages, await images.RenderAsync(workspace, page, MediaType.Pixmap, request, cancellationToken));
    }

    /// <summary>Renders one page so that its longer side has that many pixels.</summary>
    /// <returns>Path of a binary PPM in the workspace.</returns>
    internal async Task<string> RenderPageAsync(Workspace workspace, string input, int page, int size, CancellationToken cancellationToken)
    {
        var number = page.ToString(CultureInfo.InvariantCulture);
        var directory = workspace.NewDirectory();
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "pdftoppm",
                Arguments = ["-f", number, "-l", number, "-cropbox", "-singlefile", "-scale-to", size.ToString(CultureInfo.InvariantCulture), "input", "page"],
                Directory = directory,
                Input = input,
                Subject = "PDF",
            },
            cancellationToken);

        var made = Path.Combine(directory, "page.ppm");
        if (result.ExitCode != 0 || !File.Exists(made))
            throw Broken(result);

        // Writes that fail are no failure to it.
        if (!PixmapHeader.IsWhole(made))
            throw new ToolFailedException("pdftoppm", $"it wrote a part of the page only, so the scratch disk may be full; {result.Detail}");
        if (result.Stderr.Contains("Missing language pack", StringComparison.Ordinal))
            throw new ToolFailedException("pdftoppm", $"text is lost without poppler's encodings: install poppler-data; {result.Detail}");

        // It reports success for a page whose content it could not read, and leaves the paper empty.
        if (result.Stderr.Contains("Error", StringComparison.Ordinal) && await IsBlankAsync(made, cancellationToken))
            throw Broken(result);
        return made;
    }

    /// <summary>Draws one page as a comic page is needed: large enough for its lettering, whatever size it says it has.</summary>
    /// <returns>Path of a JPEG in the workspace.</returns>
    internal async Task<string> DrawPageAsync(Workspace workspace, string input, int page, PaperSize size, CancellationToken cancellationToken)
    {
        var number = page.ToString(CultureInfo.InvariantCulture);
        var directory = workspace.NewDirectory();
        var points = Math.Max(1, Math.Min(size.Width, size.Height));
        var dpi = 72 * Math.Min(PageSide / points, Math.Sqrt(PagePixels / points / Math.Max(points, Math.Max(size.Width, size.Height))));
        var result = await tools.RunAsync(
            new ToolRun
            {
                Tool = "pdftoppm",
                Arguments =
                [
                    "-f", number, "-l", number, "-cropbox", "-singlefile", "-r", dpi.ToString("0.###", CultureInfo.InvariantCulture),
                    "-jpeg", "-jpegopt", "quality=94", "input", "page",
                ],
                Directory = directory,
                Input = input,
                Subject = "PDF",
            },
            cancellationToken);
        var made = Path.Combine(directory, "page.jpg");
        if (result.ExitCode != 0 || !File.Exists(made))
            throw Broken(result);

        // A small one tells whether what it complained of has left the paper empty.
        if (result.Stderr.Contains("Error", StringComparison.Ordinal) || result.Stderr.Contains("Missing language pack", StringComparison.Ordinal))
            await RenderPageAsync(workspace, input, page, 200, cancellationToken);
        return made;
    }

    /// <summary>The sizes of all pages, after everything that can be refused without rendering.</summary>
    internal async Task<IReadOnlyList<PaperSize>> MeasureAsync(Workspace workspace, string input, CancellationToken cancellationToken)
    {
        var pages = await InspectAsync(workspace, input, cancellationToken);
        var result = await InfoAsync(workspace, input, pages, cancellationToken);
        if (result.ExitCode != 0)
            throw Broken(result);

        // A page of no known size is drawn as if it were A4; how it comes out says the rest.
        var sizes = Enumerable.Repeat(new PaperSize(595, 842), pages).ToArray();
        foreach (var line in Encoding.UTF8.GetString(result.Stdout).Split('\n').Where(line => line.StartsWith("Page ", StringComparison.Ordinal)))
        {
            if (line.Split((char[])[' ', 'x', ':'], StringSplitOptions.RemoveEmptyEntries) is ["Page", var number, "size", var wide, var high, ..]
                && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var page) && page >= 1 && page <= pages
                && TryPoints(wide, out var width) && TryPoints(high, out var height) && width > 0 && height > 0)
            {
                sizes[page - 1] = new PaperSize(width, height);
            }
        }

        return sizes;
    }

    private Task<ToolResult> InfoAsync(Workspace workspace, string input, int lastPage, CancellationToken cancellationToken) => tools.RunAsync(
        new ToolRun
        {
            Tool = "pdfinfo",
            Arguments = ["-f", "1", "-l", lastPage.ToString(CultureInfo.InvariantCulture), "input"],
            Directory = workspace.NewDirectory(),
            Input = input,
            Subject = "PDF",
        },
        cancellationToken);

    /// <summary>The number of pages, after everything that can be refused without rendering.</summary>
    private async Task<int> InspectAsync(Workspace workspace, string input, CancellationToken cancellationToken)
    {
        var result = await InfoAsync(workspace, input, 1, cancellationToken);
        if (result.Stderr.Contains("Incorrect password", StringComparison.Ordinal))
            throw new UnsupportedMediaException("The PDF is encrypted with a password; save it without one.", result.Detail);
        if (result.ExitCode != 0)
            throw Broken(result);

        var info = Encoding.UTF8.GetString(result.Stdout).Split('\n');
        if (!int.TryParse(Value(info, "Pages:"), NumberStyles.None, CultureInfo.InvariantCulture, out var pages) || pages == 0)
            throw new CorruptMediaException("The PDF has no pages; export it again.", result.Detail);
        if (pages > _limits.Pages)
            throw Outcome.TooMany("pages", _limits.Pages, pages, "The PDF has {0} pages; {1} are allowed.");

        // "Page    1 size:  612 x 792 pts (letter)"
        var size = info.FirstOrDefault(line => line.StartsWith("Page ", StringComparison.Ordinal) && line.Contains("size:", StringComparison.Ordinal)) ?? "";
        var sides = size[(size.IndexOf(':') + 1)..].Split([' ', 'x'], StringSplitOptions.RemoveEmptyEntries);
        if (sides.Length < 2 || !TryPoints(sides[0], out var width) || !TryPoints(sides[1], out var height))
            throw Broken(result);
        if (Math.Max(width, height) > LargestPagePoints)
            throw Outcome.TooMany("page_size", (long)LargestPagePoints, (long)Math.Max(width, height), "The first page is {0} points long; {1} are allowed.");
        if (Math.Min(width, height) <= 0)
            throw new CorruptMediaException("The first page of the PDF has no size; export it again.", result.Detail);
        return pages;
    }

    private static string Value(string[] info, string name) =>
        info.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Trim() ?? "";

    private static bool TryPoints(string text, out double points) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out points);

    private static async Task<bool> IsBlankAsync(string pixmap, CancellationToken cancellationToken)
    {
        var bytes = await File.ReadAllBytesAsync(pixmap, cancellationToken);
        return PixmapHeader.Read(bytes) is { } header && bytes.AsSpan(header.Bytes).IndexOfAnyExcept((byte)255) < 0;
    }

    private static CorruptMediaException Broken(ToolResult result) =>
        new("The PDF is damaged and its page cannot be drawn; export it again.", result.Detail);
}
