using System.Text.Json;
using MangaMotion.RecordStore.Reading;
using MangaMotion.TestSupport;
using Npgsql;

namespace MangaMotion.Records.Tests;

/// <summary>Records are read from real tables as they were stored.</summary>
public sealed class StorageTests(TestStack stack) : IAsyncLifetime
{
    private RecordWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await RecordWorld.CreateAsync(stack);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Flat_records_get_a_typed_table_that_later_payloads_of_the_same_shape_share()
    {
        const string First =
            """[{"title":"Ship","pages":24,"price":3.50,"sold":true,"on":"2027-01-31","at":"2027-01-31T18:00:00.250Z","note":null},"""
            + """{"title":"Storm","pages":-7,"price":1e3,"sold":false,"on":"0001-01-01","at":"1969-12-31T23:59:59.999Z","note":"x"}]""";
        var result = await _world.StoreAsync(First);

        result.Storage.ShouldBe("sql");
        result.TableCreated.ShouldBeTrue();
        result.Columns.Select(column => column.Type).ShouldBe(["text", "bigint", "numeric", "boolean", "date", "timestamptz(3)", "text"]);
        result.Reasons[0].ShouldBe("Both records are flat, and every field has values of one type.");
        var again = await _world.StoreAsync(
            """{"title":"Calm","pages":1,"price":2,"sold":true,"on":"2027-02-01","at":"2027-02-01T00:00:00.000Z","note":"2027-01-01"}""");
        again.Table.ShouldBe(result.Table);
        again.TableCreated.ShouldBeFalse();

        var read = await _world.ReadAsync();
        ShouldBeSame(read.Take(2), JsonElement.Parse(First).EnumerateArray());
        read[0].GetRawText().ShouldContain("3.50");
        read[2].GetProperty("note").GetString().ShouldBe("2027-01-01");
        (await _world.ScalarAsync<string>(
            $"select string_agg(data_type, ' ' order by ordinal_position) from information_schema.columns where table_schema || '.' || "
                + $"table_name = '{result.Table}'"))
            .ShouldBe("bigint bigint ARRAY text bigint numeric boolean date timestamp with time zone text");
    }

    [Fact]
    public async Task A_later_payload_adds_columns_and_a_field_of_another_type_gets_another_table()
    {
        var first = await _world.StoreAsync("""[{"a":1,"b":"x"},{"a":2,"b":"y"}]""");
        var wider = await _world.StoreAsync("""[{"a":3,"b":"z","c":true}]""");
        var other = await _world.StoreAsync("""[{"a":"four","b":"z"}]""");
        var unlike = await _world.StoreAsync("""[{"x":1,"y":2,"a":5}]""");

        wider.Table.ShouldBe(first.Table);
        wider.Columns.Single(column => column.Added).Field.ShouldBe("c");
        other.TableCreated.ShouldBeTrue();
        unlike.TableCreated.ShouldBeTrue();
        (await _world.ReadAsync()).Select(record => record.GetRawText()).ShouldBe(
            ["""{"a":1,"b":"x"}""", """{"a":2,"b":"y"}""", """{"a":3,"b":"z","c":true}""", """{"a":"four","b":"z"}""",
                """{"x":1,"y":2,"a":5}"""]);
    }

    [Fact]
    public async Task A_column_is_added_after_a_running_load_and_readers_do_not_wait()
    {
        var table = (await _world.StoreAsync("""[{"a":1,"b":2}]""")).Table;
        await using var other = await _world.Database.OpenConnectionAsync();
        await using var running = await other.BeginTransactionAsync();
        await using (var load = new NpgsqlCommand($"lock table {table} in row exclusive mode", other))
            await load.ExecuteNonQueryAsync();

        var wider = _world.StoreAsync("""[{"a":3,"b":4,"c":5}]""");
        await Eventually.Until(async () => await _world.ScalarAsync<long>("select count(*) from pg_locks where not granted") > 0);
        (await _world.ReadAsync()).Count.ShouldBe(1);
        wider.IsCompleted.ShouldBeFalse();
        await running.RollbackAsync();

        (await wider).Table.ShouldBe(table);
        (await _world.ReadAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Missing_and_null_fields_are_different()
    {
        var result = await _world.StoreAsync("""[{"a":1,"b":null},{"a":null},{"b":2,"a":3}]""");

        result.Storage.ShouldBe("sql");
        ShouldBeSame(await _world.ReadAsync(), JsonElement.Parse("""[{"a":1,"b":null},{"a":null},{"b":2,"a":3}]""").EnumerateArray());
        (await _world.ReadAsync(new RecordFilter("b", FilterOperator.Exists, "false"))).Count.ShouldBe(1);
        (await _world.ReadAsync(new RecordFilter("b", FilterOperator.Equal, "null"))).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("""[{"a":{"b":1}}]""", "The field 'a' is an object in 1 record, first in record 1.")]
    [InlineData("""[{"a":1},{"a":[1,2]},{"a":3}]""", "The field 'a' is an array in 1 record, first in record 2.")]
    [InlineData("""[{"a":1},{"a":2},{"a":"x"}]""", "The field 'a' is a number in 2 records and text in 1, first in record 3.")]
    [InlineData("""[1,{"a":2},"x"]""", "1 of 3 records is a number, not an object; the first is record 1.")]
    [InlineData("""[{}]""", "The records have no fields.")]
    [InlineData(
        """[{"a":1},{"b":1},{"c":1},{"d":1}]""",
        "A record has 25 % of the 4 different fields on average; a table needs 50 % (Records__MinFill).")]
    public async Task Nested_or_irregular_records_are_stored_whole_with_the_reason(string payload, string reason)
    {
        var result = await _world.StoreAsync(payload);

        result.Storage.ShouldBe("jsonb");
        result.Reasons.ShouldContain(reason);
        result.Columns.ShouldBeEmpty();
        ShouldBeSame(await _world.ReadAsync(), JsonElement.Parse(payload).EnumerateArray());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("  [ \n ]  ")]
    public async Task An_empty_array_stores_no_records(string payload)
    {
        var result = await _world.StoreAsync(payload);

        (result.Records, result.Storage, result.Table).ShouldBe((0, "jsonb", null));
        (await _world.ReadAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Hostile_names_are_ordinary_fields()
    {
        string[] names = ["\"; drop table records.loads; --", "c1", "load", "n", "nulls", "", " ", "a]b", "名前", "e\u0301", "\u00e9",
            new string('x', 300), new string('x', 299), "$1", "'", "😀", "A", "a", "null", "\\", "\u202e", "{0}"];
        var record = names.Select((name, index) => (name, index)).ToDictionary(field => field.name, field => field.index);
        var payload = JsonSerializer.Serialize(new[] { record, record });

        var result = await _world.StoreAsync(payload);

        result.Storage.ShouldBe("sql");
        result.Columns.ShouldAllBe(column =>
            column.Column.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '_')
            && column.Column.Length <= 63);
        ShouldBeSame(await _world.ReadAsync(), JsonElement.Parse(payload).EnumerateArray());
        foreach (var (name, value) in record)
        {
            (await _world.ReadAsync(new RecordFilter(name, FilterOperator.Equal, $"{value}"))).Count.ShouldBe(2, name);
            (await _world.ReadAsync(new RecordFilter(name, FilterOperator.Equal, "'; drop schema records cascade; --"))).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Records_with_300_fields_get_a_table_and_records_with_2000_do_not()
    {
        var wide = $$"""[{{{string.Join(',', Enumerable.Range(0, 300).Select(i => $"\"f{i}\":\"{new string('v', 24)}\""))}}}]""";
        var wider = $$"""[{{{string.Join(',', Enumerable.Range(0, 2_000).Select(i => $"\"g{i}\":{i}"))}}}]""";

        var table = await _world.StoreAsync(wide);
        var documents = await _world.StoreAsync(wider);

        (table.Storage, table.Columns.Count).ShouldBe(("sql", 300));
        documents.Storage.ShouldBe("jsonb");
        documents.Reasons[0].ShouldStartWith("The records have more than 500 different fields");
        ShouldBeSame(await _world.ReadAsync(), JsonElement.Parse(wide).EnumerateArray().Concat(JsonElement.Parse(wider).EnumerateArray()));
    }

    [Fact]
    public async Task Numbers_keep_every_digit_in_both_storages()
    {
        string[] numbers =
        [
            "0", "-1", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
                "123456789012345678901234567890.123456789012345678901234567890",
            "0.1", "1.10", "1e-30", "1E+300", "-1.5e10", "0.00001", "10000", "9999.9999", "10000.0001", "100000000",
                $"{new string('9', 500)}.{new string('1', 400)}", "0e10", "0.000", "-0.5",
        ];
        var flat = $"[{string.Join(',', numbers.Select(number => $$"""{"v":{{number}}}"""))}]";
        (await _world.StoreAsync(flat)).Columns.Single().Type.ShouldBe("numeric");
        (await _world.StoreAsync($$"""[{"v":[{{string.Join(',', numbers)}}]}]""")).Storage.ShouldBe("jsonb");

        var read = await _world.ReadAsync();

        ShouldBeSame(read.Take(numbers.Length), JsonElement.Parse(flat).EnumerateArray());
        ShouldBeSame(read[^1].GetProperty("v").EnumerateArray(), numbers.Select(number => JsonElement.Parse(number)));
        read[7].GetRawText().ShouldBe("""{"v":1.10}""");
    }

    [Fact]
    public async Task Records_without_a_collection_are_read_by_their_ingest()
    {
        var (mine, other) = (Guid.NewGuid(), Guid.NewGuid());
        await _world.StoreAsync("""{"a":1}""", collection: null, mine);
        await _world.StoreAsync("""{"a":2}""", collection: null, other);

        var read = await _world.ReadAsync(new(RecordWorld.Owner, null, mine, null), 10);

        read.ShouldHaveSingleItem().GetProperty("a").GetInt32().ShouldBe(1);
        (await _world.ReadAsync(new(Guid.NewGuid(), null, mine, null), 10)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Pages_are_whole_and_in_order_over_many_loads_and_tables()
    {
        var sent = new List<int>();
        for (var load = 0; load < 30; load++)
        {
            var values = Enumerable.Range(load * 100, 1 + (load * 7 % 40)).ToArray();
            sent.AddRange(values);
            await _world.StoreAsync(
                $"[{string.Join(',', values.Select(value => load % 3 == 0 ? $$"""{"v":{{value}},"x":[]}""" : $$"""{"v":{{value}}}"""))}]");
        }

        foreach (var pageSize in (int[])[1, 7, 100, 1_000])
            (await _world.ReadAsync(new(RecordWorld.Owner, "voyage", null, null), pageSize))
                .Select(record => record.GetProperty("v").GetInt32()).ShouldBe(sent);
        (await _world.ReadAsync(new(RecordWorld.Owner, "voyage", null, null), 10,
            new RecordFilter("v", FilterOperator.GreaterOrEqual, "2900")))
            .Select(record => record.GetProperty("v").GetInt32()).ShouldBe(sent.Where(value => value >= 2900));
    }

    [Theory]
    [InlineData(FilterOperator.Equal, "10", "0,5")]
    [InlineData(FilterOperator.Equal, "1e1", "0")]
    [InlineData(FilterOperator.NotEqual, "10", "1,2,3,4,6")]
    [InlineData(FilterOperator.Greater, "9", "0,6")]
    [InlineData(FilterOperator.LessOrEqual, "9", "1,2,5")]
    [InlineData(FilterOperator.Equal, "true", "3")]
    [InlineData(FilterOperator.Equal, "null", "4")]
    [InlineData(FilterOperator.Equal, "b", "6")]
    [InlineData(FilterOperator.Exists, "true", "0,1,2,3,4,5,6")]
    [InlineData(FilterOperator.Exists, "false", "7")]
    [InlineData(FilterOperator.Equal, "' or 1=1 --", "")]
    public async Task A_filter_has_the_same_meaning_in_both_storages(FilterOperator comparison, string value, string matching)
    {
        string[] values = ["10", "-2.5", "9", "true", "null", "\"10\"", "\"b\""];
        var records = values.Select((text, index) => $$"""{"i":{{index}},"v":{{text}}}""").Append("""{"i":7}""").ToArray();
        // Together the records are irregular. Each one alone fits into a table.
        await _world.StoreAsync($"[{string.Join(',', records)}]", "documents");
        foreach (var record in records)
            await _world.StoreAsync(record, "rows");

        foreach (var collection in (string[])["documents", "rows"])
        {
            var read = await _world.ReadAsync(
                new(RecordWorld.Owner, collection, null, null), 100, new RecordFilter("v", comparison, value));
            string.Join(',', read.Select(record => record.GetProperty("i").GetInt32())).ShouldBe(matching, collection);
        }
    }

    [Fact]
    public async Task Times_are_compared_as_text()
    {
        const string Payload = """[{"at":"2027-01-31T18:00:00Z"},{"at":"2027-02-01T00:00:00Z"}]""";
        (await _world.StoreAsync(Payload)).Columns[0].Type.ShouldBe("timestamptz(0)");

        foreach (var (value, count) in ((string, int)[])[
            ("2027-01-31T18:00:00Z", 1), ("2027-01-31T18:00:00.000Z", 2), ("2027-02", 1), ("2028", 0)])
            (await _world.ReadAsync(new RecordFilter("at", FilterOperator.Greater, value))).Count.ShouldBe(count, value);
        (await _world.ReadAsync(new RecordFilter("at", FilterOperator.Equal, "2027-02-01T00:00:00Z"))).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Concurrent_payloads_of_a_new_shape_share_one_table()
    {
        var results = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => Task.Run(() => _world.StoreAsync($$"""[{"a":{{i}},"b{{i % 2}}":"x","c":true}]"""))));

        results.Select(result => result.Table).Distinct().ShouldHaveSingleItem();
        (await _world.ReadAsync()).Count.ShouldBe(8);
    }

    internal static void ShouldBeSame(IEnumerable<JsonElement> actual, IEnumerable<JsonElement> expected)
    {
        var (left, right) = (actual.ToList(), expected.ToList());
        left.Count.ShouldBe(right.Count);
        for (var i = 0; i < left.Count; i++)
            JsonElement.DeepEquals(left[i], right[i]).ShouldBeTrue($"{left[i].GetRawText()} is not {right[i].GetRawText()}");
    }
}
