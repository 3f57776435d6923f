namespace MangaMotion.Media.Chapters;

/// <summary>Pages of a chapter of single images.</summary>
internal sealed class ImagePages(IEnumerable<ChapterFile> files) : IPageSource
{
    private readonly IReadOnlyList<ChapterFile> _files = [.. files.OrderBy(file => file.Name, PageNames.ReadingOrder)];

    public ComicInfo Info { get; } = new();

    public bool IsDrawn => false;

    public IReadOnlyList<string> Names => [.. _files.Select(file => file.Name)];

    public Task UnpackAsync(int index, string path, CancellationToken cancellationToken)
    {
        File.CreateSymbolicLink(path, Path.GetFullPath(_files[index].Path));
        return Task.CompletedTask;
    }

    public void Dispose()
    {
    }
}
