using MangaMotion.Media.Sniffing;

namespace MangaMotion.MediaHost.Vips;

/// <summary>
/// Picture of a TIFF to show, and the number of its pages. Scanners and cameras put a small copy before the picture, and pyramids hold the
/// picture in several sizes.
/// </summary>
/// <param name="Page">Index of the main picture, from 0.</param>
/// <param name="Child">Index of a subordinate picture (SubIFD); -1 for the main picture itself.</param>
/// <param name="Pages">Number of main pictures that are neither smaller copies of another nor masks; at least 1.</param>
internal sealed record TiffLayout(int Page, int Child, int Pages)
{
    /// <summary>Field of the file that declares CIE L*a*b*; null for other colours.</summary>
    public TiffField? Lab { get; private init; }

    public static TiffLayout Read(string path)
    {
        using var file = File.OpenRead(path);
        var pictures = TiffDirectories.Read(file);
        var pages = pictures.Index().Where(picture => !picture.Item.IsReduced && !picture.Item.IsMask).ToList();
        if (pages.Count > 0)
        {
            var count = IsPyramid([.. pages.Select(page => page.Item)]) ? 1 : pages.Count;
            return new TiffLayout(pages[0].Index, -1, count) { Lab = pages[0].Item.Lab };
        }

        // All main pictures are small copies, so the large picture is subordinate to one of them.
        var child = pictures.Index()
            .SelectMany(
                picture => picture.Item.Children.Index(),
                (picture, child) => (Page: picture.Index, Child: child.Index, Picture: child.Item))
            .Where(child => !child.Picture.IsMask)
            .OrderByDescending(child => child.Picture.Pixels)
            .FirstOrDefault();
        return child.Picture is null ? new TiffLayout(0, -1, 1) : new TiffLayout(child.Page, child.Child, 1) { Lab = child.Picture.Lab };
    }

    /// <summary>
    /// Whether each picture is half as large as the one before it. ImageMagick writes such copies as pages of a document.
    /// </summary>
    private static bool IsPyramid(IReadOnlyList<TiffPicture> pages) =>
        pages.Zip(pages.Skip(1))
            .All(pair => IsHalf(pair.First.Width, pair.Second.Width) && IsHalf(pair.First.Height, pair.Second.Height));

    private static bool IsHalf(long whole, long half) => half > 0 && half < whole && Math.Abs(whole - (2 * half)) <= 1;
}
