using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Lettering;

/// <summary>A connected piece of ink; right and bottom are the last pixels of it.</summary>
internal readonly record struct Blob(int Left, int Top, int Right, int Bottom, int Pixels)
{
    public int Width => Right - Left + 1;

    public int Height => Bottom - Top + 1;

    public int Size => Math.Max(Width, Height);
}

/// <summary>The pieces of ink of a picture, with diagonals connected.</summary>
internal sealed class InkBlobs
{
    private readonly int[] _parents;

    /// <summary>For each pixel 1 + the index of its blob; 0 for paper.</summary>
    private readonly int[] _labels;

    private InkBlobs(int[] labels, int[] parents, Blob[] blobs) => (_labels, _parents, Blobs) = (labels, parents, blobs);

    public IReadOnlyList<Blob> Blobs { get; }

    /// <summary>The index of the blob at a pixel; -1 for paper.</summary>
    public int At(int pixel) => _labels[pixel] == 0 ? -1 : _parents[_labels[pixel]];

    /// <param name="threshold">What is darker is ink.</param>
    public static InkBlobs Find(GreyPlane plane, int threshold)
    {
        var (width, height) = (plane.Width, plane.Height);
        var labels = new int[width * height];
        var parents = new List<int> { 0 };
        for (var y = 0; y < height; y++)
        {
            var row = plane.Row(y);
            for (var x = 0; x < width; x++)
            {
                if (row[x] >= threshold)
                    continue;
                var at = (y * width) + x;
                var label = x > 0 ? labels[at - 1] : 0;
                if (y > 0)
                {
                    for (var above = at - width - (x > 0 ? 1 : 0); above <= at - width + (x + 1 < width ? 1 : 0); above++)
                    {
                        if (labels[above] != 0)
                            label = label == 0 ? labels[above] : Join(parents, label, labels[above]);
                    }
                }

                if (label == 0)
                    parents.Add(label = parents.Count);
                labels[at] = label;
            }
        }

        return Number(labels, [.. parents], width);
    }

    private static InkBlobs Number(int[] labels, int[] parents, int width)
    {
        // A parent is never greater than its child, so one pass gives every label its blob.
        var (blobs, roots) = (new List<Blob>(), new int[parents.Length]);
        for (var label = 1; label < parents.Length; label++)
        {
            if (parents[label] == label)
            {
                roots[label] = blobs.Count;
                blobs.Add(new Blob(int.MaxValue, int.MaxValue, -1, -1, 0));
            }
            else
            {
                roots[label] = roots[parents[label]];
            }
        }

        var found = blobs.ToArray();
        for (var at = 0; at < labels.Length; at++)
        {
            if (labels[at] == 0)
                continue;
            ref var blob = ref found[roots[labels[at]]];
            var (y, x) = Math.DivRem(at, width);
            blob = new Blob(Math.Min(blob.Left, x), Math.Min(blob.Top, y), Math.Max(blob.Right, x), Math.Max(blob.Bottom, y), blob.Pixels + 1);
        }

        return new InkBlobs(labels, roots, found);
    }

    private static int Join(List<int> parents, int one, int other)
    {
        one = Root(parents, one);
        other = Root(parents, other);
        var (low, high) = one < other ? (one, other) : (other, one);
        parents[high] = low;
        return low;
    }

    private static int Root(List<int> parents, int label)
    {
        while (parents[label] != label)
            label = parents[label] = parents[parents[label]];
        return label;
    }
}
