namespace MangaMotion.Media.Pages;

/// <summary>Types of images that pages may have.</summary>
internal static class PageTypes
{
    /// <summary>The types as the second half of a sentence.</summary>
    public const string Sentence = "a page is a JPEG, PNG, WebP, GIF or TIFF image.";
}
