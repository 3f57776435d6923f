using System.Text;
using MangaMotion.Jobs;
using MangaMotion.TestSupport;

namespace MangaMotion.Records.Tests;

/// <summary>Payloads that cannot be stored without loss are rejected with the number of the record.</summary>
public sealed class RejectedPayloadTests(RejectedPayloadTests.SharedWorld shared) : IClassFixture<RejectedPayloadTests.SharedWorld>
{
    private readonly RecordWorld _world = shared.World;

    [Theory]
    [InlineData("""[{"a":1},{"a":NaN}]""", "invalid_json", "Record 2 is not valid JSON near byte 14")]
    [InlineData("""[{"a":1},{"a":Infinity}]""", "invalid_json", "Record 2")]
    [InlineData("""[{"a":1},{"a":"x\u0000y"}]""", "invalid_text", "Record 2 has a null character")]
    [InlineData("""[{"a":1},{"x\u0000":1}]""", "invalid_text", "Record 2 has a null character")]
    [InlineData("""[{"a":[{"b":"\u0000"}]}]""", "invalid_text", "Record 1 has a null character")]
    [InlineData("""[{"a":"\ud800"}]""", "invalid_text", "Record 1 has half of a surrogate pair")]
    [InlineData("""[{"a":{"b":"\udc00\ud800"}}]""", "invalid_text", "Record 1 has half of a surrogate pair")]
    [InlineData("""[{"a":1,"b":2,"a":3}]""", "duplicate_name", "Record 1 has the name 'a' twice")]
    [InlineData("""[{"a":1,"\u0061":3}]""", "duplicate_name", "Record 1 has the name 'a' twice")]
    [InlineData("""[{"a":[0,{"b":1,"c":{"b":2},"b":3}]}]""", "duplicate_name", "Record 1 has the name 'b' twice")]
    [InlineData("""[[{"b":1,"b":3}]]""", "duplicate_name", "Record 1 has the name 'b' twice")]
    [InlineData("""[{"a":1e1000}]""", "limit_exceeded", "Record 1 has a number of 1,001 digits")]
    [InlineData("""[{"a":[1e-999999999999]}]""", "limit_exceeded", "Record 1 has a number of")]
    [InlineData("""[{"a":1},{"a":2}""", "invalid_json", "The payload is incomplete: it ends after record 2")]
    [InlineData("""[{"a":1},{"a":"2""", "invalid_json", "Record 2 is incomplete")]
    [InlineData("""[{"a":1},{"a":2}] x""", "invalid_json", "After the end of the array, at byte 18, there is 'x'")]
    [InlineData("""[{"a":1}{"a":2}]""", "invalid_json", "After record 1, at byte 8, there is '{' instead of ',' or ']'")]
    [InlineData("""[{"a":1},]""", "invalid_json", "Record 2 is not valid JSON")]
    [InlineData("""[{"a":01}]""", "invalid_json", "Record 1 is not valid JSON")]
    [InlineData("""[{'a':1}]""", "invalid_json", "Record 1 is not valid JSON")]
    [InlineData("""{"a":1},{"a":2}""", "invalid_json", "After record 1, at byte 7, there is ','")]
    [InlineData("""{"a":1} 7""", "invalid_json", "After record 1")]
    [InlineData("42", "invalid_json", "The payload begins with '4'")]
    [InlineData("  ", "invalid_json", "The payload is empty")]
    [InlineData("", "invalid_json", "The payload is empty")]
    public async Task An_invalid_payload_is_rejected_and_leaves_no_rows(string payload, string code, string message)
    {
        var refused = await Should.ThrowAsync<PermanentJobException>(_world.StoreAsync(payload));

        refused.Code.ShouldBe(code);
        refused.Message.ShouldStartWith(message);
        (await _world.ReadAsync()).ShouldBeEmpty();
        (await _world.ScalarAsync<long>("select count(*) from records.loads")).ShouldBe(0);
    }

    /// <summary>One database for all cases, because a rejected payload leaves no rows.</summary>
    public sealed class SharedWorld(TestStack stack) : IAsyncLifetime
    {
        public RecordWorld World { get; private set; } = null!;

        public async ValueTask InitializeAsync() => World = await RecordWorld.CreateAsync(stack);

        public ValueTask DisposeAsync() => World.DisposeAsync();
    }
}

/// <summary>Payloads at and over the limits.</summary>
public sealed class LimitTests(TestStack stack) : IAsyncLifetime
{
    private RecordWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await RecordWorld.CreateAsync(stack);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Text_that_is_not_UTF8_is_rejected()
    {
        (await Should.ThrowAsync<PermanentJobException>(
            _world.StoreAsync([.. "[{\"a\":\""u8, 0xC3, 0x28, .. "\"}]"u8]))).Message.ShouldStartWith("Record 1 is not valid UTF-8");
        (await Should.ThrowAsync<PermanentJobException>(
            _world.StoreAsync([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("[]")]))).Message.ShouldContain("UTF-16");
        (await _world.StoreAsync([.. Encoding.UTF8.Preamble, .. "[{\"a\":1}]"u8])).Records.ShouldBe(1);
    }

    [Fact]
    public async Task A_record_over_a_limit_is_rejected_with_the_setting()
    {
        _world.Options.MaxRecordBytes = 100_000;
        var large = $$"""[{"a":1},{"a":"{{new string('x', 400_000)}}"}]""";
        var refused = await Should.ThrowAsync<ResourceLimitException>(_world.StoreAsync(large));
        (refused.Limit, refused.Message).ShouldBe(("record_bytes", "Record 2 is longer than 100,000 bytes (Records__MaxRecordBytes)."));

        foreach (var (open, close) in ((string, string)[])[("[", "]"), ("{\"a\":", "}")])
        {
            var deepest = $"[{string.Concat(Enumerable.Repeat(open, 64))}1{string.Concat(Enumerable.Repeat(close, 64))}]";
            (await _world.StoreAsync(deepest)).Storage.ShouldBe("jsonb");
            var deeper = await Should.ThrowAsync<ResourceLimitException>(_world.StoreAsync($"[{open}{deepest[1..^1]}{close}]"));
            deeper.Message.ShouldBe("Record 1 has objects or arrays more than 64 deep (Records__MaxDepth).");
        }

        (await Should.ThrowAsync<ResourceLimitException>(_world.StoreAsync(new string('[', 1_000_000)))).Limit.ShouldBe("depth");
    }

    [Fact]
    public async Task A_record_of_many_megabytes_is_read_as_it_was_stored()
    {
        var text = string.Concat(Enumerable.Repeat("Ærlig talt 😀 \\\" ", 400_000));
        var result = await _world.StoreAsync($$"""{"small":1,"large":"{{text}}"}""");

        result.Storage.ShouldBe("sql");
        (await _world.ReadAsync())[0].GetProperty("large").GetString().ShouldBe(text.Replace("\\\"", "\"", StringComparison.Ordinal));
    }
}
