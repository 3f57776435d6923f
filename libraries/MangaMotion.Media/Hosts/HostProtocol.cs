using System.Text.Json.Serialization;
using MangaMotion.Media.Video;

namespace MangaMotion.Media.Hosts;

/// <summary>
/// Job for a media host: a line of JSON with its kind in <c>job</c>. The file to read is <c>input</c> in the input directory. Files are
/// written to the output directory.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "job")]
[JsonDerivedType(typeof(ImageJob), "image")]
[JsonDerivedType(typeof(PdfJob), "pdf")]
[JsonDerivedType(typeof(VideoJob), "video")]
[JsonDerivedType(typeof(SoundJob), "sound")]
[JsonDerivedType(typeof(LetteringJob), "lettering")]
[JsonDerivedType(typeof(ArchiveJob), "archive")]
internal abstract record HostJob
{
    /// <summary>Name of the library that does the work, for spans, metrics and messages to the operator.</summary>
    [JsonIgnore]
    public abstract string Tool { get; }

    /// <summary>Type of the file by the worker's sniffer, such as <c>image/jpeg</c>. Only the reader of this type is used.</summary>
    public required string Type { get; init; }
}

/// <summary>Job with the type of its answer.</summary>
internal abstract record HostJob<TAnswer> : HostJob
    where TAnswer : HostAnswer;

/// <summary>Answer to a job: a line of JSON with its kind in <c>answer</c>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "answer")]
[JsonDerivedType(typeof(HostFailure), "failure")]
[JsonDerivedType(typeof(ImageAnswer), "image")]
[JsonDerivedType(typeof(PdfAnswer), "pdf")]
[JsonDerivedType(typeof(VideoAnswer), "video")]
[JsonDerivedType(typeof(SoundAnswer), "sound")]
[JsonDerivedType(typeof(LetteringAnswer), "lettering")]
[JsonDerivedType(typeof(ArchiveAnswer), "archive")]
internal abstract record HostAnswer;

/// <summary>The file is refused, or the job failed.</summary>
/// <param name="Detail">Messages of the library, for the operator.</param>
/// <param name="Actual">Value of the file, in the unit of the limit.</param>
internal sealed record HostFailure(HostFailureKind Kind, string Detail, long Actual = 0) : HostAnswer;

/// <summary>Cause of a failed job.</summary>
internal enum HostFailureKind
{
    /// <summary>The file cannot be decoded.</summary>
    Corrupt,

    /// <summary>The reader does not support this kind of file.</summary>
    Unsupported,

    TooManyPixels,
    TooManyFrames,

    /// <summary>The file needs a password.</summary>
    Encrypted,
    NoPages,
    TooManyPages,

    /// <summary>The first page is longer than <see cref="PdfJob.MaxPoints"/>.</summary>
    PageTooLarge,

    /// <summary>The first page has no width or no height.</summary>
    NoPageSize,
    OutOfMemory,

    /// <summary>The archive has more files than <see cref="ArchiveJob.MaxEntries"/>.</summary>
    TooManyEntries,

    /// <summary>The file is one part of an archive of several.</summary>
    PartOfSeveral,

    /// <summary>The file is not the cause, such as for a full disk.</summary>
    Internal,

    /// <summary>The native library for the job is not installed, or has an unknown version.</summary>
    LibraryMissing,
}

/// <summary>Renders the variants of a picture.</summary>
internal sealed record ImageJob : HostJob<ImageAnswer>
{
    public override string Tool => "vips";

    public required HostPictures Pictures { get; init; }

    /// <summary>Animation to make if the file has more than one frame; null for none.</summary>
    public HostAnimation? Animation { get; init; }

    public required long MaxPixels { get; init; }

    public required int MaxFrames { get; init; }
}

/// <summary>Description of a picture and its made files.</summary>
internal sealed record ImageAnswer : HostAnswer
{
    /// <summary>Width in pixels of the upright picture.</summary>
    public int Width { get; init; }

    public int Height { get; init; }

    public int Frames { get; init; }

    public bool HasAlpha { get; init; }

    /// <summary>EXIF orientation of the file, already applied to the outputs.</summary>
    public int Orientation { get; init; }

    /// <summary>Whether readers that ignore profiles and orientations show the file as intended.</summary>
    public bool IsPlain { get; init; }

    public IReadOnlyList<HostNote> Notes { get; init; } = [];

    public string ThumbHash { get; init; } = "";

    public IReadOnlyList<HostFile> Files { get; init; } = [];
}

/// <summary>Fact about the made files that the owner is notified of.</summary>
internal enum HostNote
{
    /// <summary>The file is an animation of which only the first frame is shown.</summary>
    FirstFrameOnly,

    /// <summary>Text in Chinese, Japanese or Korean may be unreadable: its fonts are neither in the file nor on the machine.</summary>
    FontsMissing,
}

/// <summary>Counts the pages of a PDF, and renders one of them.</summary>
internal sealed record PdfJob : HostJob<PdfAnswer>
{
    /// <summary>Largest length in points of the first page: 200 inches, the largest size that PDF readers agree on.</summary>
    public const int MaxPoints = 14_400;

    public override string Tool => "poppler";

    /// <summary>Page to render; null to count the pages only.</summary>
    public HostPage? Page { get; init; }

    public required int MaxPages { get; init; }
}

/// <summary>Page to render, as large as all three limits allow.</summary>
/// <param name="Number">Page number, from 1.</param>
/// <param name="Longer">Most pixels of the longer side.</param>
/// <param name="Shorter">Most pixels of the shorter side.</param>
/// <param name="MaxPixels">Most pixels of the page (width × height).</param>
internal sealed record HostPage(int Number, int Longer, int Shorter, double MaxPixels, HostPictures Pictures);

/// <summary>Number of pages, and the rendered page.</summary>
internal sealed record PdfAnswer : HostAnswer
{
    public int Pages { get; init; }

    /// <summary>Variants of the requested page. Width and height are those of the drawn page.</summary>
    public ImageAnswer? Image { get; init; }
}

/// <summary>Pictures to make of one source.</summary>
/// <param name="Variants">Pictures to make. Each smaller one is made from the pixels of the next larger one.</param>
/// <param name="Background">Red, green and blue, 0–255, under transparent pixels.</param>
internal sealed record HostPictures(IReadOnlyList<HostVariant> Variants, double[] Background);

/// <summary>One picture to make.</summary>
/// <param name="Name">File name without extension.</param>
/// <param name="Size">Longest side in pixels. A smaller picture is not enlarged.</param>
/// <param name="Crop">
/// Whether to cut the square in the middle, with a side of at most <paramref name="Size"/>, instead of the whole.
/// </param>
internal sealed record HostVariant(string Name, int Size, string Format, int Quality, bool Progressive, bool Crop = false);

/// <summary>Animation to make.</summary>
/// <param name="MaxPixels">Most pixels of all frames together. Later frames are left out.</param>
internal sealed record HostAnimation(string Name, int Size, int Quality, int MaxFrames, long MaxPixels);

/// <summary>A made file.</summary>
internal sealed record HostFile(string Name, string File, int Width, int Height);

/// <summary>Finds a poster of a video and renders its variants.</summary>
internal sealed record VideoJob : HostJob<VideoAnswer>
{
    public override string Tool => "libav";

    public required HostFormat Format { get; init; }

    public required HostPictures Pictures { get; init; }

    /// <summary>Most pixels of a coded frame.</summary>
    public required long MaxPixels { get; init; }

    /// <summary>Seconds above which a video is described and not decoded.</summary>
    public required int MaxSeconds { get; init; }

    /// <summary>Processor time in seconds after which the best poster so far is used.</summary>
    public required double SearchSeconds { get; init; }
}

/// <summary>Description of a video, and its poster.</summary>
/// <param name="Picture">Null if the description shows why: no picture, too many pixels, or too long.</param>
internal sealed record VideoAnswer(Probed Probed, ImageAnswer? Picture) : HostAnswer;

/// <summary>Measures the first sound stream of a file.</summary>
internal sealed record SoundJob : HostJob<SoundAnswer>
{
    /// <summary>
    /// File with the lowest and highest sample of every hundredth of a second, as 16-bit numbers in the machine's byte order.
    /// </summary>
    public const string PeaksFile = "peaks";

    /// <summary>File with the attached picture, unchanged.</summary>
    public const string CoverFile = "cover";

    public override string Tool => "libav";

    public required HostFormat Format { get; init; }

    /// <summary>Seconds of sound after which decoding stops.</summary>
    public required int MaxSeconds { get; init; }
}

/// <summary>Description of a sound, and the number of measured samples.</summary>
/// <param name="SampleRate">Rate of the measured samples in Hz.</param>
internal sealed record SoundAnswer(Probed Probed, int SampleRate, long Samples) : HostAnswer;

/// <summary>Finds and reads the lettering of a page. The input is a binary PGM.</summary>
internal sealed record LetteringJob : HostJob<LetteringAnswer>
{
    public override string Tool => "onnx";

    public required long MaxPixels { get; init; }

    /// <summary>Pixels of the longer side of a page or tile in the detector.</summary>
    public required int Side { get; init; }
}

/// <summary>Lines of lettering of a page.</summary>
internal sealed record LetteringAnswer(IReadOnlyList<HostTextLine> Lines) : HostAnswer;

/// <summary>Line of lettering, or a column of it, with its box in pixels of the page.</summary>
/// <param name="Text">Letters that were read; empty for a column, which is not read.</param>
/// <param name="Confidence">Geometric mean of the probabilities of the letters, 0 to 1.</param>
/// <param name="Certainty">Mean probability of the box's pixels to be lettering, 0 to 1.</param>
internal sealed record HostTextLine(int X, int Y, int Width, int Height, string Text, double Confidence, double Certainty);

/// <summary>Lists the files of an archive, or unpacks some of them.</summary>
internal sealed record ArchiveJob : HostJob<ArchiveAnswer>
{
    /// <summary>File with the list of all entries: a JSON array of <see cref="HostEntry"/> in the order of the archive.</summary>
    public const string ListFile = "entries";

    public override string Tool => "sharpcompress";

    /// <summary>
    /// Entries to unpack; null to write <see cref="ListFile"/>. Each entry becomes a file whose name is its place in this list, from 0. A
    /// damaged entry has no file.
    /// </summary>
    public IReadOnlyList<HostWanted>? Wanted { get; init; }

    public required int MaxEntries { get; init; }
}

/// <summary>Entry to unpack.</summary>
/// <param name="Entry">Place among the files of the archive, from 0. Folders do not count.</param>
/// <param name="Bytes">Most bytes to unpack, from the beginning of the entry.</param>
internal sealed record HostWanted(int Entry, long Bytes);

/// <summary>Entry of an archive, as the archive describes it.</summary>
/// <param name="Name">Name in the archive. Bytes in an unknown code page are read as Latin-1.</param>
/// <param name="Size">Unpacked bytes that the archive states.</param>
/// <param name="Crc">CRC-32 of the unpacked bytes, which the worker checks; null if the reader checks it or the archive has none.</param>
internal sealed record HostEntry(string Name, long Size, bool IsEncrypted, uint? Crc);

/// <summary>The entries are listed or unpacked.</summary>
/// <param name="Detail">Why the first damaged entry could not be unpacked, for the operator; empty if none is damaged.</param>
/// <param name="IsSolid">Whether files can only be unpacked with all files before them.</param>
internal sealed record ArchiveAnswer(string Detail, bool IsSolid) : HostAnswer;

/// <summary>Parts of FFmpeg that may read a file.</summary>
/// <param name="Demuxer">Name of the demuxer.</param>
/// <param name="Decoders">Names of the allowed decoders, separated by commas.</param>
internal sealed record HostFormat(string Demuxer, string Decoders);

/// <summary>JSON of jobs and answers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(HostJob))]
[JsonSerializable(typeof(HostAnswer))]
[JsonSerializable(typeof(IReadOnlyList<HostEntry>))]
internal sealed partial class HostProtocol : JsonSerializerContext;
