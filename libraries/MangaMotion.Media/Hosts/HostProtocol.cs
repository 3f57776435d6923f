using System.Text.Json.Serialization;
using MangaMotion.Media.Video;

namespace MangaMotion.Media.Hosts;

/// <summary>
/// One job for a child: a line of JSON with its kind in <c>job</c>. The file is <c>input</c> in the child's directory for
/// inputs; what is made goes into the one for outputs.
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
    /// <summary>The library that does it, for spans, metrics and messages to the operator.</summary>
    [JsonIgnore]
    public abstract string Tool { get; }

    /// <summary>What the worker's sniffer said the file is, such as <c>image/jpeg</c>; the child takes the reader of that type and no other.</summary>
    public required string Type { get; init; }
}

/// <summary>A job by what is answered when it is done.</summary>
internal abstract record HostJob<TAnswer> : HostJob
    where TAnswer : HostAnswer;

/// <summary>What became of a job: a line of JSON with its kind in <c>answer</c>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "answer")]
[JsonDerivedType(typeof(HostFailure), "failure")]
[JsonDerivedType(typeof(ImageAnswer), "image")]
[JsonDerivedType(typeof(PdfAnswer), "pdf")]
[JsonDerivedType(typeof(VideoAnswer), "video")]
[JsonDerivedType(typeof(SoundAnswer), "sound")]
[JsonDerivedType(typeof(LetteringAnswer), "lettering")]
[JsonDerivedType(typeof(ArchiveAnswer), "archive")]
internal abstract record HostAnswer;

/// <summary>The file is refused, or it could not be worked on.</summary>
/// <param name="Detail">For the operator: the library's own words.</param>
/// <param name="Actual">What the file has, in units of the limit.</param>
internal sealed record HostFailure(HostFailureKind Kind, string Detail, long Actual = 0) : HostAnswer;

internal enum HostFailureKind
{
    /// <summary>The file cannot be decoded.</summary>
    Corrupt,

    /// <summary>The reader lacks this kind of file.</summary>
    Unsupported,

    TooManyPixels,
    TooManyFrames,

    /// <summary>It takes a password.</summary>
    Encrypted,
    NoPages,
    TooManyPages,

    /// <summary>Its first page is longer than <see cref="PdfJob.MaxPoints"/>.</summary>
    PageTooLarge,

    /// <summary>Its first page has no width or no height.</summary>
    NoPageSize,
    OutOfMemory,

    /// <summary>The archive has more files than <see cref="ArchiveJob.MaxEntries"/>.</summary>
    TooManyEntries,

    /// <summary>The file is one part of an archive of several.</summary>
    PartOfSeveral,

    /// <summary>Nothing the file can be blamed for, such as a full disk.</summary>
    Internal,

    /// <summary>The native library that does such jobs is not here, or is not of the version that the child knows.</summary>
    LibraryMissing,
}

/// <summary>Make the variants of a picture.</summary>
internal sealed record ImageJob : HostJob<ImageAnswer>
{
    public override string Tool => "vips";

    public required HostPictures Pictures { get; init; }

    /// <summary>Wanted when the file has more than one frame; null for never.</summary>
    public HostAnimation? Animation { get; init; }

    public required long MaxPixels { get; init; }

    public required int MaxFrames { get; init; }
}

/// <summary>The description of a picture and the files that were made of it.</summary>
internal sealed record ImageAnswer : HostAnswer
{
    /// <summary>Pixels of the upright picture.</summary>
    public int Width { get; init; }

    public int Height { get; init; }

    public int Frames { get; init; }

    public bool HasAlpha { get; init; }

    /// <summary>EXIF orientation of the file, already applied to the outputs.</summary>
    public int Orientation { get; init; }

    /// <summary>Whether readers that know neither profiles nor orientations show the file as it is meant.</summary>
    public bool IsPlain { get; init; }

    public IReadOnlyList<HostNote> Notes { get; init; } = [];

    public string ThumbHash { get; init; } = "";

    public IReadOnlyList<HostFile> Files { get; init; } = [];
}

/// <summary>A fact about what was made that its owner is told.</summary>
internal enum HostNote
{
    /// <summary>The file is an animation of which only the first frame is shown.</summary>
    FirstFrameOnly,

    /// <summary>Text in Chinese, Japanese or Korean may be unreadable: its fonts are neither in the file nor on the machine.</summary>
    FontsMissing,
}

/// <summary>Count the pages of a PDF, and make pictures of one.</summary>
internal sealed record PdfJob : HostJob<PdfAnswer>
{
    /// <summary>Longer side of a first page: 200 inches, the largest on which PDF readers agree.</summary>
    public const int MaxPoints = 14_400;

    public override string Tool => "poppler";

    /// <summary>Null counts only.</summary>
    public HostPage? Page { get; init; }

    public required int MaxPages { get; init; }
}

/// <summary>A page is drawn as large as all three allow.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Longer">Pixels of its longer side.</param>
/// <param name="Shorter">Pixels of its shorter side.</param>
/// <param name="MaxPixels">Width × height.</param>
internal sealed record HostPage(int Number, int Longer, int Shorter, double MaxPixels, HostPictures Pictures);

internal sealed record PdfAnswer : HostAnswer
{
    public int Pages { get; init; }

    /// <summary>Of the page that was asked for; its width and height are those that it was drawn with.</summary>
    public ImageAnswer? Image { get; init; }
}

/// <param name="Variants">Pictures to make. Each smaller one is made from the pixels of the next larger one.</param>
/// <param name="Background">Red, green and blue, 0–255, under transparent pixels.</param>
internal sealed record HostPictures(IReadOnlyList<HostVariant> Variants, double[] Background);

/// <param name="Name">File name without extension.</param>
/// <param name="Size">Longest side in pixels; a smaller picture is not enlarged.</param>
/// <param name="Crop">Whether the square in the middle is made, with a side of at most <paramref name="Size"/>, instead of the whole.</param>
internal sealed record HostVariant(string Name, int Size, string Format, int Quality, bool Progressive, bool Crop = false);

/// <param name="MaxPixels">Pixels of all frames together; frames beyond are left out.</param>
internal sealed record HostAnimation(string Name, int Size, int Quality, int MaxFrames, long MaxPixels);

internal sealed record HostFile(string Name, string File, int Width, int Height);

/// <summary>Choose a poster of a video and make its variants.</summary>
internal sealed record VideoJob : HostJob<VideoAnswer>
{
    public override string Tool => "libav";

    public required HostFormat Format { get; init; }

    public required HostPictures Pictures { get; init; }

    /// <summary>Of a coded frame.</summary>
    public required long MaxPixels { get; init; }

    /// <summary>A longer video is described and not decoded.</summary>
    public required int MaxSeconds { get; init; }

    /// <summary>Processor time after which a poster that was found will do.</summary>
    public required double PatienceSeconds { get; init; }
}

/// <param name="Picture">Null where the description says why there is none: no picture, too many pixels, too long.</param>
internal sealed record VideoAnswer(Probed Probed, ImageAnswer? Picture) : HostAnswer;

/// <summary>Measure the first sound of a file.</summary>
internal sealed record SoundJob : HostJob<SoundAnswer>
{
    /// <summary>File of the lowest and highest sample of every hundredth of a second, as 16-bit numbers in this machine's order.</summary>
    public const string PeaksFile = "peaks";

    /// <summary>File of the picture that is attached to the sound, as it is.</summary>
    public const string CoverFile = "cover";

    public override string Tool => "libav";

    public required HostFormat Format { get; init; }

    /// <summary>Seconds after which no more is decoded.</summary>
    public required int MaxSeconds { get; init; }
}

/// <param name="SampleRate">Of the samples that were measured, in Hz.</param>
internal sealed record SoundAnswer(Probed Probed, int SampleRate, long Samples) : HostAnswer;

/// <summary>Find and read the lettering of a page. The input is a binary PGM.</summary>
internal sealed record LetteringJob : HostJob<LetteringAnswer>
{
    public override string Tool => "onnx";

    public required long MaxPixels { get; init; }

    /// <summary>Pixels of the longer side of a page at the detector, and of its tiles.</summary>
    public required int Side { get; init; }
}

internal sealed record LetteringAnswer(IReadOnlyList<HostTextLine> Lines) : HostAnswer;

/// <summary>Line of lettering, or a column of it, with its box in pixels of the page.</summary>
/// <param name="Text">Letters that were read; empty for a column, which is not read.</param>
/// <param name="Confidence">Geometric mean of the probabilities of the letters, 0 to 1.</param>
/// <param name="Certainty">Mean probability of the box's pixels to be lettering, 0 to 1.</param>
internal sealed record HostTextLine(int X, int Y, int Width, int Height, string Text, double Confidence, double Certainty);

/// <summary>List the files of an archive, or unpack some of them.</summary>
internal sealed record ArchiveJob : HostJob<ArchiveAnswer>
{
    /// <summary>File with the list of all entries: a JSON array of <see cref="HostEntry"/> in the order of the archive.</summary>
    public const string ListFile = "entries";

    public override string Tool => "sharpcompress";

    /// <summary>
    /// Null writes <see cref="ListFile"/>. Otherwise each entry becomes a file whose name is its place in this list, from 0. An entry that is
    /// damaged has no file.
    /// </summary>
    public IReadOnlyList<HostWanted>? Wanted { get; init; }

    public required int MaxEntries { get; init; }
}

/// <param name="Entry">Its place among the files of the archive, from 0. Folders do not count.</param>
/// <param name="Bytes">Bytes from its beginning that are unpacked at most.</param>
internal sealed record HostWanted(int Entry, long Bytes);

/// <param name="Name">As the archive has it; bytes in an unknown code page as Latin-1.</param>
/// <param name="Size">Bytes when unpacked, as the archive states them.</param>
/// <param name="Crc">CRC-32 of the unpacked bytes, for the worker to check; null where the reader checks it or there is none.</param>
internal sealed record HostEntry(string Name, long Size, bool IsEncrypted, uint? Crc);

/// <param name="Detail">For the operator: why the first damaged entry could not be unpacked.</param>
internal sealed record ArchiveAnswer(string Detail) : HostAnswer;

/// <param name="Demuxer">The one that reads the file; it is not guessed.</param>
/// <param name="Decoders">Names of all that may be used, with commas.</param>
internal sealed record HostFormat(string Demuxer, string Decoders);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(HostJob))]
[JsonSerializable(typeof(HostAnswer))]
[JsonSerializable(typeof(IReadOnlyList<HostEntry>))]
internal sealed partial class HostProtocol : JsonSerializerContext;
