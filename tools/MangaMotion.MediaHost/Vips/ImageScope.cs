using NetVips;

namespace MangaMotion.MediaHost.Vips;

/// <summary>Frees every image of one job when the job ends, the last made first.</summary>
internal sealed class ImageScope : IDisposable
{
    private readonly Stack<Image> _images = new();

    public Image Own(Image image)
    {
        _images.Push(image);
        return image;
    }

    /// <summary>Computes all pixels of the image now; a damaged file fails here.</summary>
    public Image Decode(Image image) => Own(image.CopyMemory());

    public void Dispose()
    {
        while (_images.TryPop(out var image))
            image.Dispose();
    }
}
