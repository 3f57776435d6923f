using System.Text.Json.Serialization;

namespace MangaMotion.Media.Images;

/// <summary>One job for the image child. Paths are as the child sees them.</summary>
internal sealed record HostRequest
{
    public required string Input { get; init; }

    /// <summary>What the worker's sniffer said the file is, such as <c>image/jpeg</c>; the child calls that loader and no other.</summary>
    public required string Type { get; init; }

    public required string OutputDirectory { get; init; }

    /// <summary>Largest first: the first is made from the file, each other from the pixels of the one before it.</summary>
    public required IReadOnlyList<HostVariant> Variants { get; init; }

    /// <summary>Wanted when the file has more than one frame; null for never.</summary>
    public HostAnimation? Animation { get; init; }

    /// <summary>Red, green and blue, 0–255, under transparent pixels.</summary>
    public required double[] Background { get; init; }

    public required long MaxPixels { get; init; }

    public required int MaxFrames { get; init; }
}

/// <param name="Name">File name without extension.</param>
/// <param name="Size">Longest side in pixels; a smaller picture is not enlarged.</param>
internal sealed record HostVariant(string Name, int Size, string Format, int Quality, bool Progressive);

/// <param name="MaxPixels">Pixels of all frames together; frames beyond are left out.</param>
internal sealed record HostAnimation(string Name, int Size, int Quality, int MaxFrames, long MaxPixels);

internal sealed record HostFile(string Name, string File, int Width, int Height);

/// <summary>What became of the job: the description of the image and its files, or a <see cref="Failure"/>.</summary>
internal sealed record HostAnswer
{
    public HostFailure? Failure { get; init; }

    /// <summary>Pixels of the upright picture.</summary>
    public int Width { get; init; }

    public int Height { get; init; }

    public int Frames { get; init; }

    public bool HasAlpha { get; init; }

    /// <summary>EXIF orientation of the file, already applied to the outputs.</summary>
    public int Orientation { get; init; }

    public string ThumbHash { get; init; } = "";

    public IReadOnlyList<HostFile> Files { get; init; } = [];
}

/// <param name="Actual">What the file has, in units of the limit.</param>
/// <param name="Detail">For the operator: libvips's own words.</param>
internal sealed record HostFailure(HostFailureKind Kind, string Detail, long Actual = 0);

internal enum HostFailureKind
{
    /// <summary>The file cannot be decoded.</summary>
    Corrupt,

    /// <summary>The loader lacks this kind of file.</summary>
    Unsupported,

    TooManyPixels,
    TooManyFrames,
    OutOfMemory,

    /// <summary>Nothing the file can be blamed for, such as a full disk.</summary>
    Internal,
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(HostRequest))]
[JsonSerializable(typeof(HostAnswer))]
internal sealed partial class HostProtocol : JsonSerializerContext;
