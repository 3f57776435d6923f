using MangaMotion.Storage.Disk;
using MangaMotion.TestSupport;
using Microsoft.Extensions.Options;

namespace MangaMotion.Storage.Conformance;

public sealed class DiskConformance : ObjectStoreConformance
{
    private string Root => Path.Join(Scratch, "root");

    [Fact]
    public async Task Deleting_the_last_object_of_a_folder_removes_the_folder()
    {
        await PutAsync("a/b/c", [1]);

        await Store.DeleteAsync(["a/b/c"], Cancel);

        Directory.Exists(Path.Join(Root, "a")).ShouldBeFalse();
        Directory.Exists(Root).ShouldBeTrue();
    }

    [Fact]
    public async Task Puts_succeed_while_deletes_remove_their_emptied_folder()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), Cancel, async (x, _) =>
        {
            var key = $"deep/{x % 3}/er/{x}";
            await PutAsync(key, [1]);
            (await Store.HeadAsync(key, Cancel)).ShouldNotBeNull();
            await Store.DeleteAsync([key], Cancel);
        });

        (await KeysAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(1_000)]
    public async Task A_file_truncated_by_a_crash_is_not_an_object(int length)
    {
        await PutAsync("a/b", PatternStream.Bytes(1_000));
        using (var file = File.OpenHandle(Path.Join(Root, "a/b+"), FileMode.Open, FileAccess.Write))
            RandomAccess.SetLength(file, length);

        (await Store.HeadAsync("a/b", Cancel)).ShouldBeNull();
        (await KeysAsync()).ShouldBeEmpty();
        await Should.ThrowAsync<ObjectNotFoundException>(() => Store.FetchAsync("a/b", Path.Join(Scratch, "x"), Cancel));

        await PutAsync("a/b", [1]);
        (await ReadAsync("a/b")).ShouldBe([1]);
    }

    [Fact]
    public async Task An_unmounted_root_fails_reads_and_writes_instead_of_reporting_missing_objects()
    {
        await Store.CheckAsync(Cancel);
        await PutAsync("a/b", [1]);
        Directory.Move(Root, $"{Root}-away");
        Directory.CreateDirectory(Root);

        foreach (var use in (Func<Task>[])[
            () => Store.HeadAsync("a/b", Cancel), () => Store.FetchAsync("a/b", Path.Join(Scratch, "x"), Cancel),
            () => PutAsync("c", [1]), () => Store.CheckAsync(Cancel)])
        {
            (await Should.ThrowAsync<IOException>(use)).Message.ShouldContain("is its disk mounted?");
        }

        Directory.GetFileSystemEntries(Root).ShouldBeEmpty();
        Directory.Delete(Root);
        Directory.Move($"{Root}-away", Root);
        (await ReadAsync("a/b")).ShouldBe([1]);
    }

    [Fact]
    public async Task Content_that_looks_like_a_trailer_is_read_as_content()
    {
        await PutAsync("a", PatternStream.Bytes(100));
        var file = await File.ReadAllBytesAsync(Path.Join(Root, "a+"), Cancel);

        await PutAsync("b", file);

        (await ReadAsync("b")).ShouldBe(file);
    }

    [Fact]
    public async Task Files_left_by_a_crash_are_deleted_at_start_and_files_being_written_are_kept()
    {
        var old = Path.Join(Root, "+tmp", "old");
        var young = Path.Join(Root, "+tmp", "young");
        await File.WriteAllTextAsync(old, "x", Cancel);
        await File.WriteAllTextAsync(young, "x", Cancel);
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-2));

        await (await OpenStoreAsync()).CheckAsync(Cancel);

        File.Exists(old).ShouldBeFalse();
        File.Exists(young).ShouldBeTrue();
        (await KeysAsync()).ShouldBeEmpty();
    }

    [Fact]
    public void A_disk_store_presigns_no_links()
    {
        Store.PresignGet("a", new PresignGetOptions(TimeSpan.FromMinutes(1))).ShouldBeNull();
        Store.PresignPut("a", new PresignPutOptions(TimeSpan.FromMinutes(1), "text/plain", 1)).ShouldBeNull();
    }

    [Fact]
    public async Task A_root_that_cannot_be_written_is_named()
    {
        var file = NewFile([1]);
        var options = new StorageOptions { Disk = { Root = Path.Join(file, "below") } };
        var store = new DiskObjectStore(Options.Create(options));

        (await Should.ThrowAsync<IOException>(() => store.CheckAsync(Cancel))).Message.ShouldContain("Storage__Disk__Root");
        (await Should.ThrowAsync<IOException>(() => store.PutAsync("a", new PatternStream(5), Plain, Cancel))).Message.ShouldContain(file);
    }

    protected override Task<IObjectStore> OpenStoreAsync() =>
        Task.FromResult<IObjectStore>(new DiskObjectStore(Options.Create(new StorageOptions { Disk = { Root = Root } })));

    protected override Task<IReadOnlyCollection<string>> LeftoversAsync() =>
        Task.FromResult<IReadOnlyCollection<string>>(Directory.GetFiles(Path.Join(Root, "+tmp")));
}
