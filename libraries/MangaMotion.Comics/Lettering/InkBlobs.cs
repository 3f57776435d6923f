using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Lettering;

/// <summary>Bounding box and size of a connected piece of ink. Right and bottom are inclusive.</summary>
internal readonly record struct Blob(int Left, int Top, int Right, int Bottom, int Pixels)
{
    public int Width => Right - Left + 1;

    public int Height => Bottom - Top + 1;

    public int Size => Math.Max(Width, Height);
}

/// <summary>Connected pieces of ink of a picture (8-connectivity), found by two-pass labelling with union-find.</summary>
internal sealed class InkBlobs
{
    /// <summary>Blob index of each label.</summary>
    private readonly int[] _blobOfLabel;

    /// <summary>Label of each pixel; 0 for paper.</summary>
    private readonly int[] _labels;

    private InkBlobs(int[] labels, int[] blobOfLabel, Blob[] blobs)
    {
        _labels = labels;
        _blobOfLabel = blobOfLabel;
        Blobs = blobs;
    }

    public IReadOnlyList<Blob> Blobs { get; }

    /// <summary>Finds the index of the blob at a pixel; -1 for paper.</summary>
    public int FindAt(int pixel) => _labels[pixel] == 0 ? -1 : _blobOfLabel[_labels[pixel]];

    /// <summary>Finds all pieces of ink.</summary>
    /// <param name="threshold">Grey level below which a pixel is ink.</param>
    public static InkBlobs Find(GreyPlane plane, int threshold)
    {
        var (width, height) = (plane.Width, plane.Height);
        var labels = new int[width * height];
        var parents = new List<int> { 0 };
        for (var y = 0; y < height; y++)
        {
            var row = plane.GetRow(y);
            for (var x = 0; x < width; x++)
            {
                if (row[x] >= threshold)
                    continue;
                var at = (y * width) + x;
                var label = x > 0 ? labels[at - 1] : 0;
                for (var column = Math.Max(0, x - 1); y > 0 && column <= Math.Min(width - 1, x + 1); column++)
                {
                    var above = labels[((y - 1) * width) + column];
                    if (above != 0)
                        label = label == 0 ? above : JoinLabels(parents, label, above);
                }

                if (label == 0)
                    parents.Add(label = parents.Count);
                labels[at] = label;
            }
        }

        return NumberBlobs(labels, [.. parents], width);
    }

    private static InkBlobs NumberBlobs(int[] labels, int[] parents, int width)
    {
        // A parent's label is never larger than its child's, so one pass assigns every label to its blob.
        var (blobs, blobOfLabel) = (new List<Blob>(), new int[parents.Length]);
        for (var label = 1; label < parents.Length; label++)
        {
            if (parents[label] == label)
            {
                blobOfLabel[label] = blobs.Count;
                blobs.Add(new Blob(int.MaxValue, int.MaxValue, -1, -1, 0));
            }
            else
            {
                blobOfLabel[label] = blobOfLabel[parents[label]];
            }
        }

        var found = blobs.ToArray();
        for (var at = 0; at < labels.Length; at++)
        {
            if (labels[at] == 0)
                continue;
            ref var blob = ref found[blobOfLabel[labels[at]]];
            var (y, x) = Math.DivRem(at, width);
            blob = new Blob(
                Math.Min(blob.Left, x), Math.Min(blob.Top, y), Math.Max(blob.Right, x), Math.Max(blob.Bottom, y), blob.Pixels + 1);
        }

        return new InkBlobs(labels, blobOfLabel, found);
    }

    private static int JoinLabels(List<int> parents, int one, int other)
    {
        one = FindRoot(parents, one);
        other = FindRoot(parents, other);
        var (low, high) = one < other ? (one, other) : (other, one);
        parents[high] = low;
        return low;
    }

    private static int FindRoot(List<int> parents, int label)
    {
        while (parents[label] != label)
            label = parents[label] = parents[parents[label]];
        return label;
    }
}
