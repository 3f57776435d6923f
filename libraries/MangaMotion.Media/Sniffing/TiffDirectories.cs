using System.Buffers.Binary;

namespace MangaMotion.Media.Sniffing;

/// <summary>One picture of a TIFF, as its directory describes it.</summary>
/// <param name="IsReduced">Whether the directory calls it a smaller copy of another picture.</param>
/// <param name="IsMask">Whether it is a transparency mask of another picture.</param>
/// <param name="IsSensor">Whether it holds values of a camera's sensor, which only a raw converter can show.</param>
/// <param name="Children">Subordinate pictures (SubIFDs).</param>
internal sealed record TiffPicture(long Width, long Height, bool IsReduced, bool IsMask, bool IsSensor, IReadOnlyList<TiffPicture> Children)
{
    public long Pixels => Width * Height;

    /// <summary>Field of the file that declares CIE L*a*b*; null for other colours.</summary>
    public TiffField? Lab { get; init; }
}

/// <summary>Place of a number in the file.</summary>
internal sealed record TiffField(long Offset, bool IsLittleEndian);

/// <summary>
/// Reads the directories of a TIFF. Sources: TIFF 6.0, its technical note 1 (SubIFDs), the BigTIFF design, and the DNG specification 1.6.
/// </summary>
internal static class TiffDirectories
{
    private const ushort SubfileType = 254, ImageWidth = 256, ImageLength = 257, Compression = 259, Photometric = 262;
    private const ushort SubIfds = 330, DngVersion = 50706;
    private const long ReducedImage = 1, TransparencyMask = 4;

    private const long PhotometricLab = 8;

    /// <summary>Photometric interpretations of sensors: colour filter array, and linear values.</summary>
    private const long PhotometricCfa = 32803, PhotometricLinearRaw = 34892;

    /// <summary>Compressions of Sony's ARW, Samsung's SRW, Nikon's NEF and Pentax's PEF.</summary>
    private static readonly long[] SensorCompressions = [32767, 32769, 32770, 34713, 65535];

    private const int MaxPictures = 20_000;
    private const int MaxChildren = 64;

    /// <summary>Most entries of one directory, and of all together: a hostile file must not keep a worker busy.</summary>
    private const int MaxEntries = 4_096, MaxEntriesInFile = 1_000_000;

    /// <summary>Whether the bytes begin like a TIFF of either size and byte order.</summary>
    public static bool IsTiff(ReadOnlySpan<byte> head) =>
        head is [(byte)'I', (byte)'I', 0x2A or 0x2B, 0, ..] or [(byte)'M', (byte)'M', 0, 0x2A or 0x2B, ..];

    /// <summary>Reads the main pictures of a TIFF in their order. The list ends at a directory that is cut short or repeated.</summary>
    public static IReadOnlyList<TiffPicture> Read(Stream file)
    {
        var pictures = new List<TiffPicture>();
        var reader = new Reader(file);
        var seen = new HashSet<long>();
        for (var offset = reader.FirstDirectory(); offset > 0 && pictures.Count < MaxPictures && seen.Add(offset);)
        {
            if (reader.ReadPicture(offset, withChildren: true, out var next) is not { } picture)
                break;
            pictures.Add(picture);
            offset = next;
        }

        return pictures;
    }

    /// <summary>Whether the file is a raw photo: one of its pictures holds values of a sensor.</summary>
    public static bool IsRawPhoto(IReadOnlyList<TiffPicture> pictures) =>
        pictures.Any(picture => picture.IsSensor || picture.Children.Any(child => child.IsSensor));

    /// <summary>Reads values in the byte order of the file.</summary>
    private sealed class Reader(Stream file)
    {
        private byte[] _bytes = new byte[16];
        private int _entries;
        private bool _isBig;
        private bool _isLittleEndian;

        private int OffsetLength => _isBig ? 8 : 4;

        public long FirstDirectory()
        {
            if ((!TryRead(0, 16) && !TryRead(0, 8)) || !IsTiff(_bytes))
                return 0;
            _isLittleEndian = _bytes[0] == 'I';
            _isBig = _bytes[_isLittleEndian ? 2 : 3] == 0x2B;
            return Number(_isBig ? 8 : 4, OffsetLength);
        }

        /// <summary>Reads the directory of a picture; null if it is cut short.</summary>
        public TiffPicture? ReadPicture(long offset, bool withChildren, out long next)
        {
            next = 0;
            var (countLength, entryLength) = _isBig ? (8, 20) : (2, 12);
            if (!TryRead(offset, countLength) || Number(0, countLength) is var count && count is < 1 or > MaxEntries)
                return null;
            if ((_entries += (int)count) > MaxEntriesInFile || !TryRead(offset + countLength, (int)count * entryLength))
                return null;

            var values = new Dictionary<ushort, (long Count, long Value)>();
            long photometricAt = 0;
            for (var at = 0; at < count * entryLength; at += entryLength)
            {
                var (tag, width) = ((ushort)Number(at, 2), ValueLength((int)Number(at + 2, 2)));
                if (tag is SubfileType or ImageWidth or ImageLength or Compression or Photometric or SubIfds or DngVersion)
                    values[tag] = (Number(at + 4, OffsetLength), Number(at + 4 + OffsetLength, width));
                if (tag == Photometric)
                    photometricAt = offset + countLength + at + 4 + OffsetLength;
            }

            next = TryRead(offset + countLength + (count * entryLength), OffsetLength) ? Number(0, OffsetLength) : 0;
            var kind = Value(SubfileType);
            var isSensor = values.ContainsKey(DngVersion)
                || Value(Photometric) is PhotometricCfa or PhotometricLinearRaw
                || SensorCompressions.Contains(Value(Compression));
            return new TiffPicture(
                Value(ImageWidth),
                Value(ImageLength),
                (kind & ReducedImage) != 0,
                (kind & TransparencyMask) != 0,
                isSensor,
                withChildren && values.TryGetValue(SubIfds, out var children) ? ReadChildren(children) : [])
            {
                Lab = Value(Photometric) == PhotometricLab ? new TiffField(photometricAt, _isLittleEndian) : null,
            };

            long Value(ushort tag) => values.GetValueOrDefault(tag).Value;
        }

        private List<TiffPicture> ReadChildren((long Count, long Value) field)
        {
            var pictures = new List<TiffPicture>();
            for (var i = 0; i < Math.Min(field.Count, MaxChildren); i++)
            {
                // A single offset is the value of the field. Several are at the place that the field points to.
                var at = field.Count == 1 ? field.Value
                    : TryRead(field.Value + (i * OffsetLength), OffsetLength) ? Number(0, OffsetLength)
                    : 0;
                if (at > 0 && ReadPicture(at, withChildren: false, out _) is { } picture)
                    pictures.Add(picture);
            }

            return pictures;
        }

        /// <summary>
        /// Returns the bytes of a value of a field type. All except BYTE, SHORT and types of 64 bits are read as 32 bits.
        /// </summary>
        private int ValueLength(int type) => type switch { 1 => 1, 3 => 2, 16 or 17 or 18 when _isBig => 8, _ => 4 };

        private bool TryRead(long offset, int length)
        {
            if (offset < 0 || offset > file.Length - length)
                return false;
            if (_bytes.Length < length)
                _bytes = new byte[length];
            file.Position = offset;
            file.ReadExactly(_bytes, 0, length);
            return true;
        }

        private long Number(int at, int length)
        {
            var bytes = _bytes.AsSpan(at, length);
            return length switch
            {
                1 => bytes[0],
                2 => _isLittleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes),
                4 => _isLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes),
                _ => _isLittleEndian ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : BinaryPrimitives.ReadInt64BigEndian(bytes),
            };
        }
    }
}
