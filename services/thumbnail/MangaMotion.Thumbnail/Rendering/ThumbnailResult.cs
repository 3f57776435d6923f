namespace MangaMotion.Thumbnail.Rendering;

/// <summary>What stands in <c>jobs.result</c> of a thumbnail job.</summary>
public sealed record ThumbnailResult
{
    /// <summary>By magic bytes: <c>image/jpeg</c>.</summary>
    public required string MediaType { get; init; }

    /// <summary>Pixels of the upright picture.</summary>
    public required int Width { get; init; }

    /// <summary>Pixels of the upright picture.</summary>
    public required int Height { get; init; }

    /// <summary>Frames of an animation, 1 for a still picture.</summary>
    public required int Frames { get; init; }

    public required bool HasAlpha { get; init; }

    /// <summary>A placeholder of some 25 bytes, Base64, after Evan Wallace's ThumbHash.</summary>
    public required string Thumbhash { get; init; }

    public required IReadOnlyList<DerivedFile> Files { get; init; }
}

/// <param name="Variant"><c>preview</c>, <c>thumbnail</c> or <c>animation</c>.</param>
/// <param name="Key">In the object store.</param>
/// <param name="Sha256">Lower-case hex.</param>
public sealed record DerivedFile(string Variant, string Key, string ContentType, int Width, int Height, long Bytes, string Sha256);
