using MangaMotion.TestSupport;

namespace MangaMotion.Storage.Conformance;

public abstract partial class ObjectStoreConformance
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(131_072)]
    [InlineData(5 * 1024 * 1024)]
    [InlineData(SeveralParts)]
    public async Task Get_returns_the_bytes_that_were_put(int length)
    {
        var bytes = PatternStream.Bytes(length);

        var put = await Store.PutAsync("a/b/c.bin", new PatternStream(length), new PutOptions { ContentType = "image/x-odd; q=1" }, Cancel);

        (await ReadAsync("a/b/c.bin")).ShouldBe(bytes);
        put.Key.ShouldBe("a/b/c.bin");
        put.Length.ShouldBe(length);
        put.ContentType.ShouldBe("image/x-odd; q=1");
        put.Sha256.ShouldBe(PatternStream.Sha256(bytes));
        put.ModifiedAt.ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(SeveralParts)]
    public async Task Put_head_and_get_return_the_same_description(int length)
    {
        var put = await Store.PutAsync("a/b.bin", new PatternStream(length), Plain, Cancel);

        var head = (await Store.HeadAsync("a/b.bin", Cancel)).ShouldNotBeNull();
        await using var content = await Store.GetAsync("a/b.bin", null, Cancel);
        await using var part = await Store.GetAsync("a/b.bin", new ByteRange(3, 5), Cancel);
        content.Info.ShouldBe(head);
        part.Info.ShouldBe(head);
        ShouldBeSame(put, head);
    }

    [Theory]
    [InlineData(0L, 0L, 0, 1)]
    [InlineData(10L, 19L, 10, 10)]
    [InlineData(990L, null, 990, 10)]
    [InlineData(990L, 5_000L, 990, 10)]
    public async Task A_range_is_inclusive_and_may_end_beyond_the_object(long from, long? to, int start, int count)
    {
        var bytes = PatternStream.Bytes(1_000);
        await PutAsync("a.bin", bytes);

        (await ReadAsync("a.bin", new ByteRange(from, to))).ShouldBe(bytes.AsSpan(start, count).ToArray());
    }

    [Theory]
    [InlineData(1_000L, null)]
    [InlineData(-1L, 5L)]
    [InlineData(5L, 4L)]
    public async Task An_empty_range_is_rejected(long from, long? to)
    {
        await PutAsync("a.bin", PatternStream.Bytes(1_000));

        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => Store.GetAsync("a.bin", new ByteRange(from, to), Cancel));
    }

    [Fact]
    public async Task A_missing_object_and_a_broken_store_are_different_errors()
    {
        (await Store.HeadAsync("no/such", Cancel)).ShouldBeNull();
        (await Should.ThrowAsync<ObjectNotFoundException>(() => Store.GetAsync("no/such", null, Cancel))).Key.ShouldBe("no/such");
        await Should.ThrowAsync<ObjectNotFoundException>(() => Store.GetAsync("no/such", new ByteRange(0, 1), Cancel));
        await Should.ThrowAsync<ObjectNotFoundException>(() => Store.FetchAsync("no/such", Path.Join(Scratch, "x"), Cancel));
        await Should.ThrowAsync<ObjectNotFoundException>(() => Store.CopyAsync("no/such", "other", Cancel));
        File.Exists(Path.Join(Scratch, "x")).ShouldBeFalse();
        (await KeysAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_put_replaces_the_object()
    {
        await PutAsync("a.bin", PatternStream.Bytes(1_000), "image/png");

        var second = await PutAsync("a.bin", PatternStream.Bytes(10, seed: 2), "image/webp");

        (await ReadAsync("a.bin")).ShouldBe(PatternStream.Bytes(10, seed: 2));
        ShouldBeSame((await Store.HeadAsync("a.bin", Cancel))!, second);
    }

    [Fact]
    public async Task A_key_and_a_key_below_it_are_two_objects()
    {
        await PutAsync("a/b", [1]);
        await PutAsync("a/b/c", [2]);
        await PutAsync("a/b/c/d", [3]);

        await Store.DeleteAsync(["a/b/c"], Cancel);

        (await ReadAsync("a/b")).ShouldBe([1]);
        (await ReadAsync("a/b/c/d")).ShouldBe([3]);
        (await KeysAsync("a/")).ShouldBe(["a/b", "a/b/c/d"]);
    }

    [Fact]
    public async Task A_listing_has_only_keys_with_its_prefix_in_their_order()
    {
        string[] keys = ["a", "a-1", "a-1/x", "a.b/c", "a/b", "a/b-c", "a/b/c", "a/b0", "a0", "b/.x", "B/a"];
        foreach (var key in keys)
            await PutAsync(key, [1, 2, 3]);

        (await KeysAsync()).ShouldBe(keys.Order(StringComparer.Ordinal));
        (await KeysAsync("a/")).ShouldBe(["a/b", "a/b-c", "a/b/c", "a/b0"]);
        (await KeysAsync("a/b")).ShouldBe(["a/b", "a/b-c", "a/b/c", "a/b0"]);
        (await KeysAsync("a-")).ShouldBe(["a-1", "a-1/x"]);
        (await KeysAsync("a/b/c")).ShouldBe(["a/b/c"]);
        (await KeysAsync("b/.")).ShouldBe(["b/.x"]);
        (await KeysAsync("none/such")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_listing_of_many_pages_is_complete()
    {
        var keys = Enumerable.Range(0, 1_100).Select(x => $"many/{x % 7}/{x:D4}").Order(StringComparer.Ordinal).ToList();
        await Parallel.ForEachAsync(keys, Cancel, async (key, _) => await PutAsync(key, [1]));

        (await KeysAsync("many/")).ShouldBe(keys);

        await Store.DeleteAsync(keys, Cancel);
        (await KeysAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_listing_has_the_length_and_the_time_of_each_object()
    {
        var put = await PutAsync("a/b", PatternStream.Bytes(1_234));

        await foreach (var info in Store.ListAsync("a/", Cancel))
        {
            info.Key.ShouldBe("a/b");
            info.Length.ShouldBe(1_234);
            info.ModifiedAt.ShouldBe(put.ModifiedAt, ClockSkew);
        }
    }

    [Fact]
    public async Task Deleting_removes_existing_objects_and_ignores_missing_ones()
    {
        await PutAsync("a/b", [1]);
        await PutAsync("a/c", [1]);

        await Store.DeleteAsync(["a/b", "no/such", "a/b/c"], Cancel);
        await Store.DeleteAsync([], Cancel);

        (await KeysAsync()).ShouldBe(["a/c"]);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(SeveralParts)]
    public async Task A_copy_has_the_bytes_the_type_and_the_hash(int length)
    {
        var put = await Store.PutAsync("a/b", new PatternStream(length), new PutOptions { ContentType = "image/png" }, Cancel);

        var copy = await Store.CopyAsync("a/b", "c/d", Cancel);

        ShouldBeSame(copy, put with { Key = "c/d" });
        (await Store.HeadAsync("c/d", Cancel)).ShouldBe(copy);
        (await ReadAsync("c/d")).ShouldBe(PatternStream.Bytes(length));
        await Store.DeleteAsync(["a/b"], Cancel);
        (await ReadAsync("c/d")).Length.ShouldBe(length);
    }

    [Fact]
    public async Task Copying_an_object_onto_itself_changes_nothing()
    {
        var put = await PutAsync("a/b", [1, 2, 3]);

        (await Store.CopyAsync("a/b", "a/b", Cancel)).Sha256.ShouldBe(put.Sha256);

        (await ReadAsync("a/b")).ShouldBe([1, 2, 3]);
    }
}
