using NetVips;

namespace MangaMotion.MediaHost.Vips;

/// <summary>Frees every image and file of one job when the job ends, the last made first.</summary>
internal sealed class ImageScope : IDisposable
{
    private readonly Stack<IDisposable> _owned = new();

    public T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Push(owned);
        return owned;
    }

    /// <summary>Computes all pixels of the image now; a damaged file fails here.</summary>
    public Image Decode(Image image) => Own(image.CopyMemory());

    public void Dispose()
    {
        while (_owned.TryPop(out var owned))
            owned.Dispose();
    }
}
