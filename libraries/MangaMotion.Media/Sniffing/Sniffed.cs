namespace MangaMotion.Media.Sniffing;

/// <summary>What a file is by its first bytes.</summary>
/// <param name="Type">The type, or null where it is none that is taken.</param>
/// <param name="Description">What it is in words, such as <c>an SVG image</c>; <c>an unknown kind of file</c> where that is not known.</param>
public readonly record struct Sniffed(MediaType? Type, string Description)
{
    /// <summary>Whether the description calls the file an image, whether or not images of its type are taken.</summary>
    public bool IsImage => Description.EndsWith(" image", StringComparison.Ordinal);

    /// <summary>The type, or the refusal.</summary>
    /// <exception cref="UnsupportedMediaException">It is a file of no type that is taken; the message says what it is.</exception>
    public MediaType Require() =>
        Type ?? throw new UnsupportedMediaException(
            $"This is {Description}, which is not taken. Taken are JPEG, PNG, WebP, GIF, TIFF, HEIC, AVIF, PDF, MP4, MOV, AVI, MKV, WebM, 3GP, "
            + "MPEG-TS, MPEG, FLV, MP3, WAV, AAC, M4A, Ogg and FLAC.");
}
