using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MangaMotion.Records.Payloads;

/// <summary>
/// Numbers the different field names of a payload from 0. Records of one payload are mostly alike, so a name is first compared with the one
/// at the same place of the record, which needs no hash.
/// </summary>
public sealed class FieldNames
{
    /// <summary>Maximum bytes of all names. It bounds the memory for a payload in which every record has different fields.</summary>
    private const int MaxBytes = 1 << 20;

    private readonly Dictionary<byte[], int> _byName = new(new BytesComparer());
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private readonly List<byte[]> _names = [];
    private readonly int _limit;
    private int _bytes;

    /// <summary>Creates an empty set of names.</summary>
    /// <param name="limit">Maximum number of names; further ones get no number.</param>
    public FieldNames(int limit)
    {
        _limit = limit;
        _lookup = _byName.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Number of kept names.</summary>
    public int Count => _names.Count;

    /// <summary>Whether a name was not kept because of a limit.</summary>
    public bool IsFull { get; private set; }

    public string this[int field] => Encoding.UTF8.GetString(_names[field]);

    /// <summary>Finds or assigns the number of a name; -1 if the name is not kept.</summary>
    /// <param name="guess">Probable number of the name.</param>
    public int FindOrAdd(ReadOnlySpan<byte> name, int guess)
    {
        if (guess < _names.Count && name.SequenceEqual(_names[guess]))
            return guess;
        if (_lookup.TryGetValue(name, out var field))
            return field;
        if (_names.Count == _limit || _bytes + name.Length > MaxBytes)
        {
            IsFull = true;
            return -1;
        }

        var kept = name.ToArray();
        _byName.Add(kept, _names.Count);
        _names.Add(kept);
        _bytes += kept.Length;
        return _names.Count - 1;
    }

    private sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? left, byte[]? right) => left.AsSpan().SequenceEqual(right);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] name) => GetHashCode(name.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            // HashCode has a random seed for each process, so a caller cannot choose names that collide.
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
