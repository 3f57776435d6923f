namespace MangaMotion.Records.Payloads;

/// <summary>The names of the objects that are open at one place of a record, to find one that comes twice.</summary>
internal sealed class NameSets
{
    /// <summary>Fewer names are compared one by one: most objects are small, and a set costs more than they do.</summary>
    private const int Few = 12;

    private readonly List<(int Start, int Length)> _names = [];
    private readonly Stack<(int FirstName, int FirstByte, HashSet<string>? Many)> _open = new();
    private byte[] _bytes = new byte[256];
    private int _used;

    public bool IsEmpty => _open.Count == 0;

    public void Clear()
    {
        _open.Clear();
        _names.Clear();
        _used = 0;
    }

    public void Open() => _open.Push((_names.Count, _used, null));

    public void Close()
    {
        var (firstName, firstByte, _) = _open.Pop();
        _names.RemoveRange(firstName, _names.Count - firstName);
        _used = firstByte;
    }

    /// <returns>False when the innermost object has the name already.</returns>
    public bool Add(ReadOnlySpan<byte> name)
    {
        var (firstName, firstByte, many) = _open.Peek();
        if (many is not null)
            return many.Add(Text(name));

        for (var i = firstName; i < _names.Count; i++)
        {
            if (name.SequenceEqual(_bytes.AsSpan(_names[i].Start, _names[i].Length)))
                return false;
        }

        if (_names.Count - firstName == Few)
        {
            many = new(StringComparer.Ordinal) { Text(name) };
            for (var i = firstName; i < _names.Count; i++)
                many.Add(Text(_bytes.AsSpan(_names[i].Start, _names[i].Length)));
            _open.Pop();
            _open.Push((firstName, firstByte, many));
            return true;
        }

        if (_used + name.Length > _bytes.Length)
            Array.Resize(ref _bytes, 2 * (_used + name.Length));
        name.CopyTo(_bytes.AsSpan(_used));
        _names.Add((_used, name.Length));
        _used += name.Length;
        return true;
    }

    // Byte for byte, so that names that are no UTF-8 do not become one.
    private static string Text(ReadOnlySpan<byte> name) => System.Text.Encoding.Latin1.GetString(name);
}
