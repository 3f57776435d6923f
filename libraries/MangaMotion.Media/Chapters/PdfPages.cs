using MangaMotion.Media.Pdf;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Chapters;

/// <summary>Pages of a PDF, drawn one by one.</summary>
internal sealed class PdfPages(PdfRenderer renderer, Workspace workspace, string path, int pages) : IPageSource
{
    public ComicInfo Info { get; } = new();

    public bool IsDrawn => true;

    public IReadOnlyList<string> Names { get; } = [.. Enumerable.Range(1, pages).Select(number => $"page {number}")];

    public async Task UnpackAsync(int index, string page, CancellationToken cancellationToken) =>
        File.Move(await renderer.DrawPageAsync(workspace, path, index + 1, cancellationToken), page);

    public void Dispose()
    {
    }
}
