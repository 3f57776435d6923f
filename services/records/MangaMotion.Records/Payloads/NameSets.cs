using System.Text;

namespace MangaMotion.Records.Payloads;

/// <summary>Names of the objects around the current position of a record. Detects a name that occurs twice in one object.</summary>
internal sealed class NameSets
{
    /// <summary>Number of names up to which an object's names are compared one by one, which is cheaper than a hash set.</summary>
    private const int MaxCompared = 12;

    private readonly List<(int Start, int Length)> _names = [];
    private readonly Stack<(int FirstName, int FirstByte, HashSet<string>? Set)> _open = new();
    private byte[] _bytes = new byte[256];
    private int _used;

    public bool IsEmpty => _open.Count == 0;

    public void Clear()
    {
        _open.Clear();
        _names.Clear();
        _used = 0;
    }

    public void OpenObject() => _open.Push((_names.Count, _used, null));

    public void CloseObject()
    {
        var (firstName, firstByte, _) = _open.Pop();
        _names.RemoveRange(firstName, _names.Count - firstName);
        _used = firstByte;
    }

    /// <summary>Adds a name to the innermost object.</summary>
    /// <returns>False if the object already has the name.</returns>
    public bool AddName(ReadOnlySpan<byte> name)
    {
        var (firstName, firstByte, set) = _open.Peek();
        if (set is not null)
            return set.Add(Decode(name));

        for (var i = firstName; i < _names.Count; i++)
        {
            if (name.SequenceEqual(_bytes.AsSpan(_names[i].Start, _names[i].Length)))
                return false;
        }

        if (_names.Count - firstName == MaxCompared)
        {
            set = new(StringComparer.Ordinal) { Decode(name) };
            for (var i = firstName; i < _names.Count; i++)
                set.Add(Decode(_bytes.AsSpan(_names[i].Start, _names[i].Length)));
            _open.Pop();
            _open.Push((firstName, firstByte, set));
            return true;
        }

        if (_used + name.Length > _bytes.Length)
            Array.Resize(ref _bytes, 2 * (_used + name.Length));
        name.CopyTo(_bytes.AsSpan(_used));
        _names.Add((_used, name.Length));
        _used += name.Length;
        return true;
    }

    /// <summary>Converts each byte to one character, so that different invalid UTF-8 names stay different.</summary>
    private static string Decode(ReadOnlySpan<byte> name) => Encoding.Latin1.GetString(name);
}
