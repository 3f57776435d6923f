using MangaMotion.TestSupport;

namespace MangaMotion.Storage.Conformance;

public abstract partial class ObjectStoreConformance
{
    [Theory]
    [InlineData(0)]
    [InlineData(1_000)]
    [InlineData(SeveralParts)]
    public async Task A_file_is_put_and_fetched(int length)
    {
        var bytes = PatternStream.Bytes(length);
        var fetched = Path.Join(Scratch, "fetched");

        var put = await Store.PutFileAsync("a/b", NewFile(bytes), Plain with { ExpectedSha256 = PatternStream.Sha256(bytes) }, Cancel);
        var info = await Store.FetchAsync("a/b", fetched, Cancel);

        ShouldBeSame(info, put);
        put.Sha256.ShouldBe(PatternStream.Sha256(bytes));
        (await File.ReadAllBytesAsync(fetched, Cancel)).ShouldBe(bytes);
        (await ReadAsync("a/b")).ShouldBe(bytes);
    }

    [Fact]
    public async Task A_change_of_a_fetched_file_does_not_change_its_object()
    {
        var bytes = PatternStream.Bytes(1_000);
        await PutAsync("a/b", bytes);
        var fetched = Path.Join(Scratch, "fetched");
        await Store.FetchAsync("a/b", fetched, Cancel);

        await File.WriteAllTextAsync(fetched, "overwritten", Cancel);

        (await ReadAsync("a/b")).ShouldBe(bytes);
    }

    [Fact]
    public async Task An_object_over_the_length_limit_is_not_fetched()
    {
        await PutAsync("a/b", PatternStream.Bytes(1_000));
        var fetched = Path.Join(Scratch, "fetched");

        var refused = await Should.ThrowAsync<ObjectTooLargeException>(() => Store.FetchAsync("a/b", fetched, maxLength: 999, Cancel));

        (refused.Limit, refused.Length).ShouldBe((999, 1_000));
        File.Exists(fetched).ShouldBeFalse();
        (await Store.FetchAsync("a/b", fetched, maxLength: 1_000, Cancel)).Length.ShouldBe(1_000);
    }

    [Fact]
    public async Task A_fetch_does_not_overwrite_a_file()
    {
        await PutAsync("a/b", [1]);
        var path = NewFile([7, 7]);

        (await Should.ThrowAsync<IOException>(() => Store.FetchAsync("a/b", path, Cancel))).Message.ShouldContain(path);

        (await File.ReadAllBytesAsync(path, Cancel)).ShouldBe([7, 7]);
    }

    [Fact]
    public async Task A_rejected_file_stays_unchanged()
    {
        var bytes = PatternStream.Bytes(1_000);
        var path = NewFile(bytes);

        await Should.ThrowAsync<ObjectMismatchException>(
            () => Store.PutFileAsync("a/b", path, Plain with { ExpectedLength = 999 }, Cancel));
        await Should.ThrowAsync<ObjectMismatchException>(
            () => Store.PutFileAsync("a/b", path, Plain with { ExpectedSha256 = new string('0', 64) }, Cancel));
        await Should.ThrowAsync<ObjectTooLargeException>(() => Store.PutFileAsync("a/b", path, Plain with { MaxLength = 10 }, Cancel));

        (await File.ReadAllBytesAsync(path, Cancel)).ShouldBe(bytes);
        (await KeysAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_error_names_a_missing_file()
    {
        var path = Path.Join(Scratch, "none");

        (await Should.ThrowAsync<FileNotFoundException>(() => Store.PutFileAsync("a/b", path, Plain, Cancel))).Message.ShouldContain(path);
    }
}
