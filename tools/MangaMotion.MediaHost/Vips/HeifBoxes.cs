using System.Buffers.Binary;
using System.Text;

namespace MangaMotion.MediaHost.Vips;

/// <summary>
/// Reads facts about a HEIC or AVIF that its decoder does not report: the colours that its main picture declares by numbers, and the
/// number of pictures of a sequence. Sources: ISO 14496-12 (boxes) and ISO 23008-12 (HEIF).
/// </summary>
internal sealed class HeifBoxes
{
    private const int LongestMeta = 4 << 20;

    private readonly byte[] _file;

    private HeifBoxes(byte[] file) => _file = file;

    /// <summary>Reads the boxes <c>ftyp</c>, <c>meta</c> and <c>moov</c> of a file.</summary>
    public static HeifBoxes Read(Stream file)
    {
        using var kept = new MemoryStream();
        var head = new byte[16];
        for (long at = 0; at + 8 <= file.Length;)
        {
            file.Position = at;
            var read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            long length = BinaryPrimitives.ReadUInt32BigEndian(head);
            if (length == 1 && read == 16)
                length = BinaryPrimitives.ReadInt64BigEndian(head.AsSpan(8));
            if (length == 0)
                length = file.Length - at;
            if (length < 8 || length > file.Length - at)
                break;
            if (Encoding.Latin1.GetString(head, 4, 4) is "meta" or "moov" && kept.Length + length <= LongestMeta)
            {
                var box = new byte[length];
                file.Position = at;
                file.ReadExactly(box);
                kept.Write(box);
            }

            at += length;
        }

        return new HeifBoxes(kept.ToArray());
    }

    /// <summary>Reads the colours of the main picture, or of the first picture that declares any; null if none does.</summary>
    public ColourSignal? ReadColour()
    {
        if (Find(0, _file.Length, "meta") is not { } meta || Find(meta.Start + 4, meta.End, "iprp") is not { } properties
            || Find(properties.Start, properties.End, "ipco") is not { } container)
        {
            return null;
        }

        var boxes = Boxes(container.Start, container.End).ToList();
        var own = MainProperties(meta, properties).Where(index => index >= 1 && index <= boxes.Count).Select(index => boxes[index - 1]);
        return own.Concat(boxes).Select(Colour).FirstOrDefault(colour => colour is not null);
    }

    /// <summary>Counts the pictures of the sequence in a file with a track; 1 if the file has no track.</summary>
    public int CountFrames()
    {
        if (Find(0, _file.Length, "moov") is not { } movie)
            return 1;

        var counts =
            from track in Boxes(movie.Start, movie.End)
            where track.Type == "trak"
            let table = Path(track, "mdia", "minf", "stbl", "stsz")
            where table is { } sizes && sizes.End - sizes.Start >= 12
            select (int)Math.Min(int.MaxValue, Number(table!.Value.Start + 8, 4));
        return Math.Max(1, counts.DefaultIfEmpty(1).First());
    }

    /// <summary>Lists the numbers of the properties of the main picture, from 1.</summary>
    private IEnumerable<int> MainProperties(Box meta, Box properties)
    {
        if (Find(meta.Start + 4, meta.End, "pitm") is not { } main || Find(properties.Start, properties.End, "ipma") is not { } map)
            yield break;

        var item = _file[main.Start] == 0 ? Number(main.Start + 4, 2) : Number(main.Start + 4, 4);
        var (idLength, indexLength) = (_file[map.Start] == 0 ? 2 : 4, (_file[map.Start + 3] & 1) + 1);
        var at = map.Start + 8;
        for (var count = Number(map.Start + 4, 4); count > 0 && at + idLength < map.End; count--)
        {
            var id = Number(at, idLength);
            at += idLength;
            for (var left = _file[at++]; left > 0 && at + indexLength <= map.End; left--, at += indexLength)
            {
                if (id == item)
                    yield return (int)Number(at, indexLength) & (indexLength == 1 ? 0x7F : 0x7FFF);
            }
        }
    }

    private ColourSignal? Colour(Box box) =>
        box.Type == "colr" && box.End - box.Start >= 8 && Type(box.Start) == "nclx"
            ? ColourSignal.FromCodePoints((int)Number(box.Start + 4, 2), (int)Number(box.Start + 6, 2))
            : null;

    private Box? Path(Box box, params ReadOnlySpan<string> types)
    {
        foreach (var type in types)
        {
            if (Find(box.Start, box.End, type) is not { } inner)
                return null;
            box = inner;
        }

        return box;
    }

    private Box? Find(int start, int end, string type) =>
        Boxes(start, end).Where(box => box.Type == type).Select(box => (Box?)box).FirstOrDefault();

    private IEnumerable<Box> Boxes(int start, int end)
    {
        while (end - start >= 8)
        {
            var length = Number(start, 4);
            if (length == 0)
                length = end - start;
            if (length < 8 || length > end - start)
                yield break;
            yield return new Box(Type(start + 4), start + 8, start + (int)length);
            start += (int)length;
        }
    }

    private string Type(int at) => Encoding.Latin1.GetString(_file, at, 4);

    /// <summary>Reads a big-endian number; 0 after the end of the boxes.</summary>
    private long Number(int at, int length)
    {
        if (at > _file.Length - length)
            return 0;
        return length switch
        {
            1 => _file[at],
            2 => BinaryPrimitives.ReadUInt16BigEndian(_file.AsSpan(at)),
            _ => BinaryPrimitives.ReadUInt32BigEndian(_file.AsSpan(at)),
        };
    }

    /// <param name="Start">Offset of the content.</param>
    /// <param name="End">Offset of the first byte after the box.</param>
    private readonly record struct Box(string Type, int Start, int End);
}
