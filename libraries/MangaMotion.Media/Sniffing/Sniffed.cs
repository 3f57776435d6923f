namespace MangaMotion.Media.Sniffing;

/// <summary>What a file is by its first bytes.</summary>
/// <param name="Type">The type, or null where it is none that is taken.</param>
/// <param name="Description">What it is in words, such as <c>SVG image</c>; "an unknown kind of file" where nobody can tell.</param>
public readonly record struct Sniffed(MediaType? Type, string Description)
{
    /// <summary>The type, or the refusal.</summary>
    /// <exception cref="UnsupportedMediaException">It is a file of no type that is taken; the message says what it is.</exception>
    public MediaType Require() =>
        Type ?? throw new UnsupportedMediaException(
            $"This is {Description}, which is not taken. Taken are JPEG, PNG, WebP, GIF, TIFF, HEIC, AVIF, PDF, MP4, MOV, AVI, MKV, WebM, MP3, WAV, AAC, M4A, Ogg and FLAC.");
}
