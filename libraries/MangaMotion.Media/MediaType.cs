namespace MangaMotion.Media;

/// <summary>Kind of a file, which decides how it is rendered.</summary>
public enum MediaKind
{
    Image,
    Pdf,
    Video,
    Audio,

    /// <summary>A ZIP, RAR, 7z or TAR: pages of a chapter.</summary>
    Archive,
}

/// <summary>A type of file that MangaMotion supports. There are no others.</summary>
/// <param name="Name">IANA name, such as <c>image/jpeg</c>.</param>
/// <param name="Title">Name for people, such as <c>JPEG</c>.</param>
/// <param name="Extension">Usual file extension, without dot.</param>
public sealed record MediaType(string Name, MediaKind Kind, string Title, string Extension)
{
    public static readonly MediaType Jpeg = new("image/jpeg", MediaKind.Image, "JPEG", "jpg");
    public static readonly MediaType Png = new("image/png", MediaKind.Image, "PNG", "png");
    public static readonly MediaType Webp = new("image/webp", MediaKind.Image, "WebP", "webp");
    public static readonly MediaType Gif = new("image/gif", MediaKind.Image, "GIF", "gif");
    public static readonly MediaType Tiff = new("image/tiff", MediaKind.Image, "TIFF", "tiff");
    public static readonly MediaType Heic = new("image/heic", MediaKind.Image, "HEIC", "heic");
    public static readonly MediaType Avif = new("image/avif", MediaKind.Image, "AVIF", "avif");
    public static readonly MediaType Pdf = new("application/pdf", MediaKind.Pdf, "PDF", "pdf");
    public static readonly MediaType Mp4 = new("video/mp4", MediaKind.Video, "MP4", "mp4");
    public static readonly MediaType QuickTime = new("video/quicktime", MediaKind.Video, "QuickTime", "mov");
    public static readonly MediaType Avi = new("video/x-msvideo", MediaKind.Video, "AVI", "avi");
    public static readonly MediaType Matroska = new("video/x-matroska", MediaKind.Video, "Matroska", "mkv");
    public static readonly MediaType Webm = new("video/webm", MediaKind.Video, "WebM", "webm");
    public static readonly MediaType ThreeGp = new("video/3gpp", MediaKind.Video, "3GP", "3gp");
    public static readonly MediaType TransportStream = new("video/mp2t", MediaKind.Video, "MPEG-TS", "ts");
    public static readonly MediaType ProgramStream = new("video/mpeg", MediaKind.Video, "MPEG", "mpg");
    public static readonly MediaType Flv = new("video/x-flv", MediaKind.Video, "FLV", "flv");
    public static readonly MediaType OggVideo = new("video/ogg", MediaKind.Video, "Ogg video", "ogv");
    public static readonly MediaType Mp3 = new("audio/mpeg", MediaKind.Audio, "MP3", "mp3");
    public static readonly MediaType Wav = new("audio/wav", MediaKind.Audio, "WAV", "wav");
    public static readonly MediaType Aac = new("audio/aac", MediaKind.Audio, "AAC", "aac");
    public static readonly MediaType M4a = new("audio/mp4", MediaKind.Audio, "M4A", "m4a");
    public static readonly MediaType Ogg = new("audio/ogg", MediaKind.Audio, "Ogg", "ogg");
    public static readonly MediaType Flac = new("audio/flac", MediaKind.Audio, "FLAC", "flac");
    public static readonly MediaType Zip = new("application/zip", MediaKind.Archive, "ZIP", "zip");
    public static readonly MediaType Rar = new("application/vnd.rar", MediaKind.Archive, "RAR", "rar");
    public static readonly MediaType SevenZip = new("application/x-7z-compressed", MediaKind.Archive, "7z", "7z");
    public static readonly MediaType Tar = new("application/x-tar", MediaKind.Archive, "TAR", "tar");

    /// <summary>Every type, in no particular order.</summary>
    public static IReadOnlyList<MediaType> All { get; } =
    [
        Jpeg, Png, Webp, Gif, Tiff, Heic, Avif, Pdf, Mp4, QuickTime, Avi, Matroska, Webm, ThreeGp, TransportStream, ProgramStream, Flv,
        OggVideo, Mp3, Wav, Aac, M4a, Ogg, Flac, Zip, Rar, SevenZip, Tar,
    ];

    /// <summary>Pixels written by a tool. Not in <see cref="All"/> and never sniffed, so no caller can send one.</summary>
    internal static readonly MediaType Pixmap = new("image/x-portable-pixmap", MediaKind.Image, "pixmap", "ppm");

    /// <summary>Grey pixels of a page, written by a worker for the media host. Not in <see cref="All"/> and never sniffed.</summary>
    internal static readonly MediaType Graymap = new("image/x-portable-graymap", MediaKind.Image, "page", "pgm");

    /// <summary>
    /// The title with its article, such as <c>an AVIF</c>. The article follows the pronunciation: MP3, M4A and FLV are spelled out.
    /// </summary>
    public string TitleWithArticle =>
        $"{(Title is ['A' or 'E' or 'I' or 'O' or 'U', ..] or ['M', 'P' or '4', ..] or "FLV" ? "an" : "a")} {Title}";

    public override string ToString() => Name;
}
