using System.Runtime.InteropServices;
using System.Text.Json;
using MangaMotion.Records.Payloads;

namespace MangaMotion.Records.Analysis;

/// <summary>Collects statistics of all records of a payload. Memory depends on the number of fields, not of records.</summary>
public sealed class PayloadAnalysis : IRecordHandler
{
    private readonly List<FieldProfile> _fields = [];
    private readonly long[] _records = new long[6];
    private readonly long[] _firstRecords = new long[6];

    /// <summary>Fields by the parser's number, in the order of their first occurrence.</summary>
    public IReadOnlyList<FieldProfile> Fields => _fields;

    /// <summary>Number of records.</summary>
    public long Records => _records.Sum();

    /// <summary>Whether the payload has more different fields than the parser keeps.</summary>
    public bool HasTooManyFields { get; private set; }

    /// <summary>Number of fields of all records together.</summary>
    public long Values { get; private set; }

    /// <summary>Gets the number of records of a type.</summary>
    public long GetCount(JsonType type) => _records[(int)type];

    /// <summary>Gets the number of the first record of a type.</summary>
    public long GetFirstRecord(JsonType type) => _firstRecords[(int)type];

    public bool HandleRecord(RecordPlace place, ReadOnlySpan<byte> record, RecordParser parser)
    {
        var type = FieldProfile.GetJsonType(parser.Type);
        if (_records[(int)type]++ == 0)
            _firstRecords[(int)type] = place.Number;
        if (parser.Type != JsonTokenType.StartObject)
            return false;

        while (_fields.Count < parser.Names.Count)
            _fields.Add(new(parser.Names[_fields.Count]));
        HasTooManyFields = parser.Names.IsFull;
        var fields = CollectionsMarshal.AsSpan(_fields);
        foreach (ref readonly var value in parser.Fields)
        {
            if (value.Field >= 0)
                fields[value.Field].AddValue(value, record, place.Number);
        }

        Values += parser.Fields.Length;
        return false;
    }

    public ValueTask DrainAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
