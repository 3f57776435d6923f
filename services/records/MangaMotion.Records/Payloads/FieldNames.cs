using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MangaMotion.Records.Payloads;

/// <summary>
/// The names of the fields seen so far, as numbers from 0. Records of one payload are mostly alike, so a name is first
/// compared with the one that followed the last time, which costs no hashing.
/// </summary>
public sealed class FieldNames
{
    /// <summary>Of all names together; a payload in which every record has fields of its own must not fill the memory.</summary>
    private const int MaxBytes = 1 << 20;

    private readonly Dictionary<byte[], int> _byName = new(new Bytes());
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private readonly List<byte[]> _names = [];
    private readonly int _limit;
    private int _bytes;

    /// <param name="limit">Names above which further ones are not kept.</param>
    public FieldNames(int limit)
    {
        _limit = limit;
        _lookup = _byName.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public int Count => _names.Count;

    /// <summary>Whether there were more names than are kept.</summary>
    public bool Overflown { get; private set; }

    public string this[int field] => Encoding.UTF8.GetString(_names[field]);

    /// <summary>The number of a name; -1 for one that is not kept.</summary>
    /// <param name="guess">The number that it probably has.</param>
    public int Find(ReadOnlySpan<byte> name, int guess)
    {
        if (guess < _names.Count && name.SequenceEqual(_names[guess]))
            return guess;
        if (_lookup.TryGetValue(name, out var field))
            return field;
        if (_names.Count == _limit || _bytes + name.Length > MaxBytes)
        {
            Overflown = true;
            return -1;
        }

        var kept = name.ToArray();
        _byName.Add(kept, _names.Count);
        _names.Add(kept);
        _bytes += kept.Length;
        return _names.Count - 1;
    }

    private sealed class Bytes : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? left, byte[]? right) => left.AsSpan().SequenceEqual(right);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] name) => GetHashCode(name.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            // Seeded by the process: names cannot be chosen to collide.
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
