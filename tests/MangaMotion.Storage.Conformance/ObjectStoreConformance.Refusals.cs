using MangaMotion.TestSupport;

namespace MangaMotion.Storage.Conformance;

public abstract partial class ObjectStoreConformance
{
    public static TheoryData<string> OddKeys =>
    [
        "", "/", "/etc/passwd", "a//b", "a/", "/a", "..", "../a", "a/../b", "a/..", ".", "a/./b", "a\nb", "a\0b", "a b", "a+b", "a\\b",
        "%2e%2e/a", "ü", "a~", "a?b", "a#b", new string('a', 201), string.Concat(Enumerable.Repeat("a/", 512)) + "b",
    ];

    [Theory]
    [MemberData(nameof(OddKeys))]
    public async Task An_odd_key_is_refused_by_every_call(string key)
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
    public async Task A_prefix_that_no_key_has_is_refused(string prefix) =>
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
    public async Task A_content_type_that_is_no_header_is_refused(string contentType)
    {
        await Should.ThrowAsync<ArgumentException>(() => PutAsync("a", [1], contentType));
        (await KeysAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(SeveralParts)]
    public async Task Content_that_is_not_as_expected_is_refused_and_leaves_nothing(int length)
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
    public async Task A_refused_put_leaves_what_was_there(int length)
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
    public async Task A_put_canceled_in_the_middle_leaves_nothing(int length, long at)
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
    public async Task A_sender_that_breaks_off_leaves_nothing(int length, long at)
    {
        var content = new PatternStream(length)
        {
            BeforeRead = position =>
            {
                if (position >= at)
                    throw new EndOfStreamException("the sender is gone");
            },
        };

        (await Should.ThrowAsync<EndOfStreamException>(() => Store.PutAsync("a", content, Plain, Cancel))).Message.ShouldBe("the sender is gone");

        (await Store.HeadAsync("a", Cancel)).ShouldBeNull();
        (await LeftoversAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(200_000)]
    [InlineData(SeveralParts)]
    public async Task Concurrent_puts_of_one_key_have_one_whole_winner(int length)
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
    public async Task An_object_that_is_being_read_survives_its_replacement()
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

    /// <summary>What a listing does not show and yet takes room: temporary files, parts of uploads.</summary>
    protected abstract Task<IReadOnlyCollection<string>> LeftoversAsync();

    private async Task RefusedAsync<T>(int length, PutOptions options) where T : Exception
    {
        (await Should.ThrowAsync<T>(() => Store.PutAsync("a", new PatternStream(length), options, Cancel))).Message.ShouldContain("'a'");
        (await Store.HeadAsync("a", Cancel)).ShouldBeNull();
        (await KeysAsync()).ShouldBeEmpty();
        (await LeftoversAsync()).ShouldBeEmpty();
    }
}
