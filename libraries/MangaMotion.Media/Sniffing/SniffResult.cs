namespace MangaMotion.Media.Sniffing;

/// <summary>Type and description of a file by its first bytes.</summary>
/// <param name="Type">The type; null if it is not supported.</param>
/// <param name="Description">Description with article, such as <c>an SVG image</c> or <c>an unknown kind of file</c>.</param>
public readonly record struct SniffResult(MediaType? Type, string Description)
{
    /// <summary>Whether the description calls the file an image. Its type may be unsupported.</summary>
    public bool IsImage => Description.EndsWith(" image", StringComparison.Ordinal);

    /// <summary>Returns the type.</summary>
    /// <exception cref="UnsupportedMediaException">
    /// The type is not supported. The message has the description and the supported types.
    /// </exception>
    public MediaType Require() =>
        Type ?? throw new UnsupportedMediaException(
            $"This is {Description}, which is not supported. Supported types are JPEG, PNG, WebP, GIF, TIFF, HEIC, AVIF, PDF, MP4, MOV, "
            + "AVI, MKV, WebM, 3GP, MPEG-TS, MPEG, FLV, MP3, WAV, AAC, M4A, Ogg and FLAC.");
}
