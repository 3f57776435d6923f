using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media;

/// <summary>Settings of the section <c>Media</c>.</summary>
public sealed class MediaOptions
{
    public const string Section = "Media";

    /// <summary>
    /// Directory for the files of running jobs, on a file system with room for the inputs. Directories of ended workers are deleted. Each
    /// user has a default of its own, because no user may enter another's directory.
    /// </summary>
    [Required]
    public string ScratchDirectory { get; set; } = Path.Combine(Path.GetTempPath(), $"mangamotion-media-{Environment.UserName}");

    /// <summary>Number of media hosts. Each works on one file at a time.</summary>
    [Range(1, 256)]
    public int Hosts { get; set; } = Math.Max(1, Environment.ProcessorCount);

    /// <summary>
    /// Sandbox of media hosts and tools. <see cref="SandboxKind.Auto"/> selects the strongest that works on this machine and logs it.
    /// </summary>
    public SandboxKind Sandbox { get; set; }

    [ValidateObjectMembers]
    public VipsOptions Vips { get; set; } = new();

    [ValidateObjectMembers]
    public AvOptions Av { get; set; } = new();

    [ValidateObjectMembers]
    public LetteringOptions Lettering { get; set; } = new();

    [ValidateObjectMembers]
    public MediaLimits Limits { get; set; } = new();
}

/// <summary>Sandboxes, from the strongest to the weakest. docs/operations.md says what each protects.</summary>
public enum SandboxKind
{
    /// <summary>The strongest that works on this machine.</summary>
    Auto,

    /// <summary>bubblewrap: a file system, network, process list and users of its own. Needs namespaces and mounts.</summary>
    Bubblewrap,

    /// <summary>Landlock (only the job's files) and a seccomp filter (no sockets, no new processes). Needs no privilege.</summary>
    Landlock,

    /// <summary>The seccomp filter only: every file of the user can be read and written.</summary>
    Seccomp,

    /// <summary>Limits on resources and a process group of its own only.</summary>
    None,
}

/// <summary>Settings of the section <c>Media:Vips</c>: media hosts and their libvips.</summary>
public sealed class VipsOptions
{
    /// <summary>
    /// Path of libvips's shared library. Empty for the one in the media host's folder, or the system's on an architecture without one.
    /// </summary>
    public string Library { get; set; } = "";

    /// <summary>Number of jobs after which a media host is replaced.</summary>
    [Range(1, 1_000_000)]
    public int RecycleAfterJobs { get; set; } = 1_000;

    /// <summary>Resident bytes after a job above which a media host is replaced.</summary>
    [Range(50_000_000, 10_000_000_000)]
    public long RecycleAboveBytes { get; set; } = 200_000_000;
}

/// <summary>Settings of the section <c>Media:Av</c>: FFmpeg's libraries, which media hosts use for video and sound.</summary>
public sealed class AvOptions
{
    /// <summary>
    /// Directory of the shared libraries; empty for the system's. If they are missing or have another version than FFmpeg 5.1 and 7.1,
    /// FFmpeg's programs are started for each file.
    /// </summary>
    public string Libraries { get; set; } = "";
}

/// <summary>Settings of the section <c>Media:Lettering</c>: the neural networks that find and read lettering.</summary>
public sealed class LetteringOptions
{
    /// <summary>
    /// Directory of the models; empty for those in the media host's folder. If they are missing, tesseract reads lettering alone.
    /// </summary>
    public string Models { get; set; } = "";
}

/// <summary>
/// Settings of the section <c>Media:Limits</c>: limits of one file. A file over a limit fails for good, with a message that names the
/// limit.
/// </summary>
public sealed class MediaLimits
{
    /// <summary>Most bytes of the file itself.</summary>
    [Range(1, 1_000_000_000_000)]
    public long Bytes { get; set; } = 4L << 30;

    /// <summary>Most pixels (width × height) of a picture, page or video frame.</summary>
    [Range(1, 2_000_000_000)]
    public long Pixels { get; set; } = 100_000_000;

    /// <summary>Most frames of an animation, or pages of a TIFF.</summary>
    [Range(1, 1_000_000)]
    public int Frames { get; set; } = 2_000;

    /// <summary>Most pages of a PDF or of a chapter.</summary>
    [Range(1, 1_000_000)]
    public int Pages { get; set; } = 5_000;

    /// <summary>Most files in an archive, whether or not they are pages.</summary>
    [Range(1, 1_000_000)]
    public int Entries { get; set; } = 10_000;

    /// <summary>Most unpacked bytes of one page in an archive.</summary>
    [Range(1_000, 10_000_000_000)]
    public long EntryBytes { get; set; } = 200_000_000;

    /// <summary>Most unpacked bytes of all files in an archive. One page at a time is unpacked.</summary>
    [Range(1_000, 1_000_000_000_000)]
    public long UnpackedBytes { get; set; } = 10_000_000_000;

    /// <summary>
    /// Most unpacked bytes of all files in a solid archive, whose pages are unpacked with all bytes before them. The default takes about
    /// <see cref="CpuSeconds"/> in one pass of LZMA2.
    /// </summary>
    [Range(1_000, 1_000_000_000_000)]
    public long SolidBytes { get; set; } = 700_000_000;

    /// <summary>Longest duration of a video or sound in seconds, as decoded, not as declared.</summary>
    [Range(1, 1_000_000)]
    public int Seconds { get; set; } = 6 * 3600;

    /// <summary>Most frames of an animated preview; later frames are left out.</summary>
    [Range(2, 10_000)]
    public int AnimationFrames { get; set; } = 100;

    /// <summary>Most pixels of all frames of an animated preview together, at the size in the file; later frames are left out.</summary>
    [Range(1, 2_000_000_000)]
    public long AnimationPixels { get; set; } = 100_000_000;

    /// <summary>Address space of a media host or tool in bytes.</summary>
    [Range(300_000_000, 1_000_000_000_000)]
    public long MemoryBytes { get; set; } = 1_500_000_000;

    /// <summary>Most bytes of one file that a media host or tool writes.</summary>
    [Range(100_000, 100_000_000_000)]
    public long OutputBytes { get; set; } = 500_000_000;

    /// <summary>
    /// Processor seconds of one tool run or job of a media host. The file is the cause if they are exceeded: it fails for good.
    /// </summary>
    [Range(1, 86_400)]
    public int CpuSeconds { get; set; } = 30;

    /// <summary>
    /// Wall seconds of one tool run or job of a media host. The machine is the cause if they are exceeded within the processor time: the
    /// job is retried.
    /// </summary>
    [Range(1, 86_400)]
    public int WallSeconds { get; set; } = 90;
}
