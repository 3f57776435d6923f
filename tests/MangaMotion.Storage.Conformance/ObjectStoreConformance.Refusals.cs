using MangaMotion.TestSupport;

namespace MangaMotion.Storage.Conformance;

public abstract partial class ObjectStoreConformance
{
    public static TheoryData<string> OddKeys =>
    [
        "", "/", "/up/up", "a//b", "a/", "/a", "..", "../a", "a/../b", "a/..", ".", "a/./b", "a\nb", "a\0b", "a b", "a+b", "a\\b",
        "%2e%2e/a", "ü", "a~", "a?b", "a#b", new string('a', 201), string.Concat(Enumerable.Repeat("a/", 512)) + "b",
    ];

    [Theory]
    [MemberData(nameof(OddKeys))]
    public async Task An_invalid_key_is_rejected_by_every_call(string key)
    {
        await Should.ThrowAsync<ArgumentException>(() => PutAsync(key, [1]));
        await Should.ThrowAsync<ArgumentException>(() => Store.PutFileAsync(key, NewFile([1]), Plain, Cancel));
        await Should.ThrowAsync<ArgumentException>(() => Store.GetAsync(key, null, Cancel));
        await Should.ThrowAsync<ArgumentException>(() => Store.FetchAsync(key, Path.Join(Scratch, "x"), Cancel));
        await Should.ThrowAsync<ArgumentException>(() => Store.HeadAsync(key, Cancel));
        await Should.ThrowAsync<ArgumentException>(() => Store.DeleteAsync([key], Cancel));
        await Should.ThrowAsync<ArgumentException>(() => Store.CopyAsync(key, "b", Cancel));
        await Should.ThrowAsync<ArgumentException>(() => Store.CopyAsync("b", key, Cancel));
        (await KeysAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("../")]
    [InlineData("/")]
    [InlineData("a/../")]
    [InlineData("a//")]
    [InlineData("a+")]
    public async Task An_invalid_prefix_is_rejected(string prefix) =>
        await Should.ThrowAsync<ArgumentException>(() => KeysAsync(prefix));

    [Fact]
    public async Task The_longest_key_is_accepted()
    {
        var key = string.Join('/', Enumerable.Repeat(new string('k', 200), 5)) + "/" + new string('k', 19);
        key.Length.ShouldBe(1_024);

        await PutAsync(key, [1, 2]);

        (await ReadAsync(key)).ShouldBe([1, 2]);
        (await KeysAsync()).ShouldBe([key]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("image/png\r\nX-Evil: 1")]
    [InlineData("bild/ü")]
    public async Task A_content_type_that_is_not_a_header_value_is_rejected(string contentType)
    {
        await Should.ThrowAsync<ArgumentException>(() => PutAsync("a", [1], contentType));
        (await KeysAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(SeveralParts)]
    public async Task Content_of_another_length_or_hash_is_rejected_and_leaves_no_files(int length)
    {
        await RefusedAsync<ObjectMismatchException>(length, Plain with { ExpectedLength = length - 1 });
        await RefusedAsync<ObjectMismatchException>(length, Plain with { ExpectedLength = length + 1 });
        await RefusedAsync<ObjectMismatchException>(length, Plain with { ExpectedSha256 = new string('0', 64) });
        await RefusedAsync<ObjectTooLargeException>(length, Plain with { MaxLength = length - 1 });

        await Store.PutAsync("a", new PatternStream(length), Plain with { MaxLength = length, ExpectedLength = length }, Cancel);
        (await KeysAsync()).ShouldBe(["a"]);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(SeveralParts)]
    public async Task A_rejected_put_keeps_the_previous_object(int length)
    {
        var first = await PutAsync("a", [1, 2, 3]);

        await Should.ThrowAsync<ObjectMismatchException>(() =>
            Store.PutAsync("a", new PatternStream(length), Plain with { ExpectedSha256 = new string('0', 64) }, Cancel));

        ShouldBeSame((await Store.HeadAsync("a", Cancel))!, first);
        (await ReadAsync("a")).ShouldBe([1, 2, 3]);
    }

    [Theory]
    [InlineData(100_000, 60_001)]
    [InlineData(SeveralParts, 9_000_000)]
    public async Task A_canceled_put_leaves_no_files(int length, long at)
    {
        using var canceled = new CancellationTokenSource();
        var content = new PatternStream(length)
        {
            BeforeRead = position =>
            {
                if (position >= at)
                    canceled.Cancel();
            },
        };

        await Should.ThrowAsync<OperationCanceledException>(() => Store.PutAsync("a", content, Plain, canceled.Token));

        (await Store.HeadAsync("a", Cancel)).ShouldBeNull();
        (await KeysAsync()).ShouldBeEmpty();
        (await LeftoversAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(100_000, 60_001)]
    [InlineData(SeveralParts, 9_000_000)]
    public async Task A_put_whose_sender_disconnects_leaves_no_files(int length, long at)
    {
        var content = new PatternStream(length)
        {
            BeforeRead = position =>
            {
                if (position >= at)
                    throw new EndOfStreamException("the sender disconnected");
            },
        };

        (await Should.ThrowAsync<EndOfStreamException>(() => Store.PutAsync("a", content, Plain, Cancel))).Message.ShouldBe(
            "the sender disconnected");

        (await Store.HeadAsync("a", Cancel)).ShouldBeNull();
        (await LeftoversAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(200_000)]
    [InlineData(SeveralParts)]
    public async Task Concurrent_puts_of_one_key_leave_one_complete_object(int length)
    {
        var puts = await Task.WhenAll(Enumerable.Range(1, 4).Select(seed =>
            Task.Run(() => Store.PutAsync("a", new PatternStream(length, seed), Plain, Cancel), Cancel)));

        var winner = (await Store.HeadAsync("a", Cancel)).ShouldNotBeNull();
        puts.Select(x => x.Sha256).ShouldContain(winner.Sha256);
        PatternStream.Sha256(await ReadAsync("a")).ShouldBe(winner.Sha256);
        (await KeysAsync()).ShouldBe(["a"]);
        (await LeftoversAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_read_that_has_begun_completes_though_the_object_is_replaced()
    {
        var bytes = PatternStream.Bytes(400_000);
        await PutAsync("a", bytes);
        await using var content = await Store.GetAsync("a", null, Cancel);
        var start = new byte[10];
        await content.Stream.ReadExactlyAsync(start, Cancel);

        await PutAsync("a", PatternStream.Bytes(400_000, seed: 9));

        using var rest = new MemoryStream();
        await content.Stream.CopyToAsync(rest, Cancel);
        rest.ToArray().ShouldBe(bytes[10..]);
    }

    /// <summary>Finds data that takes space and is not listed: temporary files and parts of uploads.</summary>
    protected abstract Task<IReadOnlyCollection<string>> LeftoversAsync();

    private async Task RefusedAsync<T>(int length, PutOptions options) where T : Exception
    {
        (await Should.ThrowAsync<T>(() => Store.PutAsync("a", new PatternStream(length), options, Cancel))).Message.ShouldContain("'a'");
        (await Store.HeadAsync("a", Cancel)).ShouldBeNull();
        (await KeysAsync()).ShouldBeEmpty();
        (await LeftoversAsync()).ShouldBeEmpty();
    }
}
