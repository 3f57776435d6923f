using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MangaMotion.Records.Payloads;
using MangaMotion.RecordStore.Tables;
using MangaMotion.RecordStore.Values;
using MangaMotion.TestSupport;

namespace MangaMotion.Records.Tests;

/// <summary>Random payloads: the records that are read equal the records that were stored, as JSON.</summary>
public sealed class PropertyTests(TestStack stack) : IAsyncLifetime
{
    private static readonly string[] Texts =
        ["", "x", "2027-01-31", "2027-02-29", "2027-01-31T18:00:00Z", "2027-01-31T18:00:00.5Z", "'; --", "😀", "e\u0301", "\t\"\\/",
        "null", "\u007f", "\uffff"];

    private static readonly Gen<string> Number = Gen.OneOf(
        ArbMap.Default.GeneratorFor<int>().Select(value => $"{value}"),
        ArbMap.Default.GeneratorFor<long>().Select(value => $"{value}"),
        ArbMap.Default.GeneratorFor<decimal>().Select(value => value.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        from mantissa in ArbMap.Default.GeneratorFor<long>() from exponent in Gen.Choose(-300, 300) select $"{mantissa}e{exponent}");

    private static readonly Gen<string> Scalar = Gen.OneOf(
        Number,
        Gen.Elements(Texts).Select(text => JsonSerializer.Serialize(text)),
        Gen.Elements("true", "false", "null"));

    private RecordWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await RecordWorld.CreateAsync(stack);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public void Any_payload_is_read_as_it_was_stored()
    {
        var value = Gen.Frequency(
            (8, Scalar),
            (1, Scalar.ListOf(3).Select(items => $"[{string.Join(',', items)}]")),
            (1, Scalar.Select(item => $$"""{"z":{{item}}}""")));
        // Most fields have values of one type, so that both storages occur.
        var column = Gen.OneOf(Number, Gen.Elements(Texts)
            .Select(text => JsonSerializer.Serialize(text)), Gen.Elements("true", "false"), Gen.Constant("\"2027-01-31T18:00:00.123Z\""),
            value);
        var record =
            from fields in Gen.SubListOf("a", "b", "c", "d", "e")
            from values in column.ListOf(fields.Count)
            select $"{{{string.Join(',', fields.Zip(values, (field, text) => $"\"{field}\":{text}"))}}}";
        var payloads = record.NonEmptyListOf().Select(records => $"[{string.Join(',', records)}]").ToArbitrary();

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(120)
            .WithEndSize(12), Prop.ForAll(payloads, payload => IsReadAsStoredAsync(payload).GetAwaiter().GetResult()));
    }

    [Fact]
    public void A_reader_finds_the_same_records_for_any_division_of_the_bytes()
    {
        var payloads = from values in Scalar.ListOf() from cut in Gen.Choose(1, 40) select (Values: values.ToArray(), Cut: cut);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(payloads.ToArbitrary(), payload =>
        {
            var records = payload.Values.Select(value => $$"""{"a":{{value}},"b":[{{value}}]}""").ToArray();
            Read($"[{string.Join(" , ", records)}]", payload.Cut).ShouldBe(records);
            Read(string.Join('\n', records), payload.Cut, empty: records.Length == 0).ShouldBe(records);
        }));
    }

    [Fact]
    public void A_time_is_parsed_only_if_its_text_can_be_restored()
    {
        var texts =
            from time in ArbMap.Default.GeneratorFor<DateTime>()
            from digits in Gen.Choose(0, 6)
            select IsoTime.Format(new DateTime(time.Ticks, DateTimeKind.Utc), digits);
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(texts.ToArbitrary(), text =>
            IsoTime.TryParseTime(Encoding.UTF8.GetBytes(text), out var time, out var digits) && IsoTime.Format(time, digits) == text));
        foreach (var text in (string[])[
            "2027-01-31", "2027-01-31T18:00Z", "2027-01-31 18:00:00Z", "2027-01-31T18:00:00", "2027-01-31T18:00:00+00:00",
            "2027-01-31T24:00:00Z", "2027-01-31T23:59:60Z", "2027-02-29T00:00:00Z", "2027-01-31T18:00:00.Z",
            "2027-01-31T18:00:00.1234567Z", "0000-01-01T00:00:00Z"])
            IsoTime.TryParseTime(Encoding.UTF8.GetBytes(text), out _, out _).ShouldBeFalse(text);
    }

    [Theory]
    [InlineData("boolean")]
    [InlineData("bigint")]
    [InlineData("numeric")]
    [InlineData("date")]
    [InlineData("timestamptz(0)")]
    [InlineData("timestamptz(6)")]
    [InlineData("text")]
    public void A_column_type_is_formatted_as_it_was_parsed(string sql) => ColumnType.Parse(sql).ToString().ShouldBe(sql);

    private static List<string> Read(string payload, int cut, bool empty = false)
    {
        var options = new RecordsOptions();
        var found = new Collector();
        using var reader = new PayloadReader(
            new CutStream(Encoding.UTF8.GetBytes(payload), cut), new RecordParser(options), options, bufferLength: cut);
        if (empty)
            Should.Throw<Jobs.PermanentJobException>(reader.ReadAsync(found, default));
        else
            reader.ReadAsync(found, default).GetAwaiter().GetResult();
        return found.Records;
    }

    private async Task<bool> IsReadAsStoredAsync(string payload)
    {
        var ingest = Guid.NewGuid();
        await _world.StoreAsync(payload, "any", ingest);
        var read = await _world.ReadAsync(new(RecordWorld.Owner, "any", ingest, null), 3);
        StorageTests.ShouldBeSame(read, JsonElement.Parse(payload).EnumerateArray());
        return true;
    }

    private sealed class Collector : IRecordHandler
    {
        public List<string> Records { get; } = [];

        public bool HandleRecord(RecordPlace place, ReadOnlySpan<byte> record, RecordParser parser)
        {
            Records.Add(Encoding.UTF8.GetString(record));
            place.Number.ShouldBe(Records.Count);
            return Records.Count % 3 == 0;
        }

        public ValueTask DrainAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }

    /// <summary>Stream that returns a few bytes with each read.</summary>
    private sealed class CutStream(byte[] content, int cut) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(cut, buffer.Length)], cancellationToken);
    }
}
