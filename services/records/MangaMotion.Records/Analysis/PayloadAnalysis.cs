using System.Runtime.InteropServices;
using System.Text.Json;
using MangaMotion.Records.Payloads;

namespace MangaMotion.Records.Analysis;

/// <summary>Gathers what all records of a payload have in common. Memory follows from the number of fields, not of records.</summary>
public sealed class PayloadAnalysis : IRecordHandler
{
    private readonly List<FieldProfile> _fields = [];
    private readonly long[] _records = new long[6];
    private readonly long[] _first = new long[6];

    /// <summary>The fields in the order in which they were first seen, numbered as by the parser.</summary>
    public IReadOnlyList<FieldProfile> Fields => _fields;

    public long Records => _records.Sum();

    /// <summary>Whether there were more fields than are kept.</summary>
    public bool FieldsOverflown { get; private set; }

    /// <summary>Fields of all records together.</summary>
    public long Values { get; private set; }

    public long Count(JsonType type) => _records[(int)type];

    public long First(JsonType type) => _first[(int)type];

    public bool Take(RecordPlace place, ReadOnlySpan<byte> record, RecordParser parser)
    {
        var type = FieldProfile.TypeOf(parser.Type);
        if (_records[(int)type]++ == 0)
            _first[(int)type] = place.Number;
        if (parser.Type != JsonTokenType.StartObject)
            return false;

        while (_fields.Count < parser.Names.Count)
            _fields.Add(new(parser.Names[_fields.Count]));
        FieldsOverflown = parser.Names.Overflown;
        var fields = CollectionsMarshal.AsSpan(_fields);
        foreach (ref readonly var value in parser.Fields)
        {
            if (value.Field >= 0)
                fields[value.Field].Add(value, record, place.Number);
        }

        Values += parser.Fields.Length;
        return false;
    }

    public ValueTask DrainAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
