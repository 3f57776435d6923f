using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media;

/// <summary>Section <c>Media</c>.</summary>
public sealed class MediaOptions
{
    public const string Section = "Media";

    /// <summary>
    /// Where jobs keep their files while they run; on a file system with room for the inputs. Leftovers of dead workers are
    /// swept. By default one for each user, since nobody may enter another's.
    /// </summary>
    [Required]
    public string ScratchDirectory { get; set; } = Path.Combine(Path.GetTempPath(), $"mangamotion-media-{Environment.UserName}");

    /// <summary>Media children, each working on one file at a time.</summary>
    [Range(1, 256)]
    public int Hosts { get; set; } = Math.Max(1, Environment.ProcessorCount);

    /// <summary>How children are confined; <see cref="SandboxKind.Auto"/> takes the strongest that works here and logs it.</summary>
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

/// <summary>Ways to confine children, from the strongest to the weakest; docs/operations.md says what each protects.</summary>
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

/// <summary>Section <c>Media:Vips</c>: the media children and their libvips.</summary>
public sealed class VipsOptions
{
    /// <summary>Path of libvips's shared library; empty for the one in the media host's folder, and the system's on an architecture for which it has none.</summary>
    public string Library { get; set; } = "";

    /// <summary>Jobs after which a child is replaced by a fresh one.</summary>
    [Range(1, 1_000_000)]
    public int RecycleAfterJobs { get; set; } = 1_000;

    /// <summary>Resident bytes after a job above which a child is replaced.</summary>
    [Range(50_000_000, 10_000_000_000)]
    public long RecycleAboveBytes { get; set; } = 200_000_000;
}

/// <summary>Section <c>Media:Av</c>: FFmpeg's libraries, which the media children use for video and sound.</summary>
public sealed class AvOptions
{
    /// <summary>
    /// Folder of the shared libraries; empty looks where the system has them. Where they are missing or not of FFmpeg 5.1, its
    /// programs are started for each file.
    /// </summary>
    public string Libraries { get; set; } = "";
}

/// <summary>Section <c>Media:Lettering</c>: the neural networks that find and read lettering.</summary>
public sealed class LetteringOptions
{
    /// <summary>
    /// Folder of the models; empty takes those in the media host's folder. Where they are missing, tesseract reads lettering alone.
    /// </summary>
    public string Models { get; set; } = "";
}

/// <summary>Section <c>Media:Limits</c>: what one file may be and may cost. Over a limit is permanent and says which and by how much.</summary>
public sealed class MediaLimits
{
    /// <summary>Bytes of the file itself.</summary>
    [Range(1, 1_000_000_000_000)]
    public long Bytes { get; set; } = 4L << 30;

    /// <summary>Width × height of a picture, page or video frame.</summary>
    [Range(1, 2_000_000_000)]
    public long Pixels { get; set; } = 100_000_000;

    /// <summary>Frames of an animation, or pages of a TIFF.</summary>
    [Range(1, 1_000_000)]
    public int Frames { get; set; } = 2_000;

    /// <summary>Pages of a PDF or of a chapter.</summary>
    [Range(1, 1_000_000)]
    public int Pages { get; set; } = 5_000;

    /// <summary>Files in an archive, pages or not.</summary>
    [Range(1, 1_000_000)]
    public int Entries { get; set; } = 10_000;

    /// <summary>Unpacked bytes of one page in an archive.</summary>
    [Range(1_000, 10_000_000_000)]
    public long EntryBytes { get; set; } = 200_000_000;

    /// <summary>Unpacked bytes of everything in an archive. One page at a time is unpacked.</summary>
    [Range(1_000, 1_000_000_000_000)]
    public long UnpackedBytes { get; set; } = 10_000_000_000;

    /// <summary>Length of a video or sound in seconds, as decoded, not as declared.</summary>
    [Range(1, 1_000_000)]
    public int Seconds { get; set; } = 6 * 3600;

    /// <summary>Frames of a moving preview; what comes after is left out.</summary>
    [Range(2, 10_000)]
    public int AnimationFrames { get; set; } = 100;

    /// <summary>Pixels of all frames of a moving preview together, as in the file; what comes after is left out.</summary>
    [Range(1, 2_000_000_000)]
    public long AnimationPixels { get; set; } = 100_000_000;

    /// <summary>Address space of a child in bytes.</summary>
    [Range(300_000_000, 1_000_000_000_000)]
    public long MemoryBytes { get; set; } = 1_500_000_000;

    /// <summary>Bytes of one file written by a child.</summary>
    [Range(100_000, 100_000_000_000)]
    public long OutputBytes { get; set; } = 500_000_000;

    /// <summary>Processor seconds of one tool run or job of a child. Used up: the file is to blame, permanent.</summary>
    [Range(1, 86_400)]
    public int CpuSeconds { get; set; } = 30;

    /// <summary>Wall seconds of one tool run or job of a child. Over with processor time to spare: the machine is to blame, tried again.</summary>
    [Range(1, 86_400)]
    public int WallSeconds { get; set; } = 90;
}
