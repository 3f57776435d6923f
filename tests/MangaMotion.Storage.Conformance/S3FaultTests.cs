using MangaMotion.Storage.S3;
using MangaMotion.TestSupport;
using Microsoft.AspNetCore.Http;

namespace MangaMotion.Storage.Conformance;

/// <summary>The S3 store with network faults and time-outs between it and radosgw.</summary>
public sealed class S3FaultTests(TestStack stack) : IAsyncLifetime
{
    private const int PartSize = 5 * 1024 * 1024;
    private const int SeveralParts = (2 * PartSize) + 12_345;

    private static readonly PutOptions Plain = new() { ContentType = "text/plain" };

    private readonly string _path = Path.Join(Path.GetTempPath(), Path.GetRandomFileName());
    private TestBucket _bucket = null!;
    private FaultProxy _proxy = null!;
    private S3ObjectStore _store = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _bucket = await stack.CreateBucketAsync();
        _proxy = await FaultProxy.StartAsync(_bucket.Endpoint, Cancel);
        _store = Open();
    }

    public async ValueTask DisposeAsync()
    {
        File.Delete(_path);
        _store.Dispose();
        await _proxy.DisposeAsync();
        await _bucket.DisposeAsync();
    }

    [Theory]
    [InlineData(Fault.Refuse)]
    [InlineData(Fault.ResetRequest)]
    [InlineData(Fault.LoseAnswer)]
    public async Task Every_call_succeeds_after_two_faults(Fault fault)
    {
        await FaultyAsync(() => _store.PutAsync("a", new PatternStream(1_000), Plain, Cancel));
        (await FaultyAsync(() => _store.HeadAsync("a", Cancel)))!.Length.ShouldBe(1_000);
        (await FaultyAsync(() => _store.FetchAsync("a", _path, Cancel))).Length.ShouldBe(1_000);
        (await FaultyAsync(() => _store.CopyAsync("a", "b", Cancel))).Length.ShouldBe(1_000);
        (await FaultyAsync(async () => await _store.ListAsync("", Cancel).CountAsync(Cancel))).ShouldBe(2);
        await FaultyAsync(async () =>
        {
            await _store.DeleteAsync(["a", "b"], Cancel);
            return true;
        });
        (await _bucket.Store.ListAsync("", Cancel).CountAsync(Cancel)).ShouldBe(0);

        async Task<T> FaultyAsync<T>(Func<Task<T>> call)
        {
            var before = _proxy.Requests;
            _proxy.Inject(fault, times: 2);
            var result = await call();
            _proxy.Requests.ShouldBeGreaterThan(before + 1);
            return result;
        }
    }

    [Theory]
    [InlineData(Fault.Refuse)]
    [InlineData(Fault.ResetRequest)]
    [InlineData(Fault.LoseAnswer)]
    public async Task A_put_of_many_parts_succeeds_after_a_fault_in_each_of_its_requests(Fault fault)
    {
        foreach (var kind in (Func<HttpRequest, bool>[])[
            x => x.Method == "POST", x => x.Method == "PUT" && x.QueryString.HasValue,
            x => x.Method == "POST" && x.Query.ContainsKey("uploadId"), IsCopy])
            _proxy.Inject(fault, times: 1, kind);

        var put = await _store.PutAsync("a", new PatternStream(SeveralParts), Plain, Cancel);

        var stored = (await _bucket.Store.HeadAsync("a", Cancel)).ShouldNotBeNull();
        stored.Length.ShouldBe(SeveralParts);
        stored.Sha256.ShouldBe(put.Sha256);
        await _bucket.Store.FetchAsync("a", _path, Cancel);
    }

    [Fact]
    public async Task Calls_succeed_though_one_request_in_ten_fails()
    {
        _proxy.Inject(Fault.Refuse, when: _ => Random.Shared.Next(10) == 0);

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 100), Cancel, async (x, cancel) => await _store.PutAsync($"many/{x}", new PatternStream(x), Plain, cancel));

        (await _store.ListAsync("many/", Cancel).CountAsync(Cancel)).ShouldBe(100);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(SeveralParts)]
    public async Task A_store_that_stays_unavailable_fails_with_its_name_and_keeps_no_files(int length)
    {
        var bytes = PatternStream.Bytes(length);
        _proxy.Inject(Fault.Refuse, when: x => x.Method is "PUT" or "POST" or "GET" or "HEAD");
        using var store = Open(retries: 1);

        var message = (await Should.ThrowAsync<IOException>(() => store.PutAsync("a", new MemoryStream(bytes), Plain, Cancel))).Message;
        message.ShouldContain(_proxy.Endpoint.ToString());
        message.ShouldContain(_bucket.Name);
        message.ShouldContain("503");
        await Should.ThrowAsync<IOException>(() => store.HeadAsync("a", Cancel));
        await Should.ThrowAsync<IOException>(() => store.GetAsync("a", null, Cancel));
        await Should.ThrowAsync<IOException>(() => store.FetchAsync("a", _path, Cancel));
        await Should.ThrowAsync<IOException>(() => store.CheckAsync(Cancel));
        File.Exists(_path).ShouldBeFalse();
        (await _bucket.Store.HeadAsync("a", Cancel)).ShouldBeNull();
    }

    [Fact]
    public async Task A_part_that_cannot_be_sent_aborts_the_put()
    {
        _proxy.Inject(Fault.ResetRequest, when: x => x.Method == "PUT" && x.Query["partNumber"] == "2");
        using var store = Open(retries: 1);

        await Should.ThrowAsync<IOException>(() => store.PutAsync("a", new PatternStream(6L * PartSize), Plain, Cancel));

        (await _bucket.Store.ListAsync("", Cancel).CountAsync(Cancel)).ShouldBe(0);
    }

    [Fact]
    public async Task A_download_that_is_cut_short_resumes_where_it_broke()
    {
        await _bucket.Store.PutAsync("a", new PatternStream(SeveralParts), Plain, Cancel);
        _proxy.Inject(Fault.CutAnswer, times: 3);

        await _store.FetchAsync("a", _path, Cancel);

        (await File.ReadAllBytesAsync(_path, Cancel)).ShouldBe(PatternStream.Bytes(SeveralParts));
        _proxy.Requests.ShouldBe(4);
    }

    [Fact]
    public async Task A_stream_that_is_cut_short_fails_instead_of_ending()
    {
        await _bucket.Store.PutAsync("a", new PatternStream(100_000), Plain, Cancel);
        _proxy.Inject(Fault.CutAnswer);

        await using var content = await _store.GetAsync("a", null, Cancel);

        (await Should.ThrowAsync<IOException>(() => content.Stream.CopyToAsync(Stream.Null, Cancel))).Message.ShouldContain(
            "'a' broke at byte 50000 of 100000");
    }

    [Fact]
    public async Task A_very_slow_server_times_out()
    {
        await _bucket.Store.PutAsync("a", new PatternStream(1_000_000), Plain, Cancel);
        _proxy.Inject(Fault.Throttle);
        using var store = Open(retries: 0);

        await using var content = await store.GetAsync("a", null, Cancel);
        (await Should.ThrowAsync<IOException>(() => content.Stream.CopyToAsync(Stream.Null, Cancel))).Message.ShouldContain("less than");
        await Should.ThrowAsync<IOException>(() => store.FetchAsync("a", _path, Cancel));
        File.Exists(_path).ShouldBeFalse();
    }

    [Fact]
    public async Task A_server_that_never_answers_times_out()
    {
        _proxy.Inject(Fault.Hang);
        using var store = Open(retries: 1);

        (await Should.ThrowAsync<IOException>(() => store.HeadAsync("a", Cancel))).Message.ShouldContain("did not answer within 2 s");
        _proxy.Requests.ShouldBe(2);
    }

    [Fact]
    public async Task Canceling_ends_the_wait_for_a_server_that_never_answers()
    {
        _proxy.Inject(Fault.Hang);
        using var canceled = new CancellationTokenSource();
        var put = _store.PutAsync("a", new PatternStream(1_000), Plain, canceled.Token);
        await Eventually.Until(() => _proxy.Requests == 1);

        await canceled.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => put);
    }

    [Fact]
    public async Task A_missing_bucket_is_not_reported_as_a_missing_object()
    {
        using var store = _bucket.OpenStore(x => x.Bucket = $"none-{Guid.NewGuid():N}");

        (await Should.ThrowAsync<IOException>(() => store.GetAsync("a", null, Cancel))).Message.ShouldContain("NoSuchBucket");
    }

    [Fact]
    public async Task Wrong_keys_fail_with_status_403()
    {
        using var store = _bucket.OpenStore(x => x.SecretKey = "wrong");

        (await Should.ThrowAsync<IOException>(() => store.PutAsync("a", new PatternStream(1), Plain, Cancel))).Message.ShouldContain("403");
        await Should.ThrowAsync<IOException>(() => store.CheckAsync(Cancel));
    }

    private S3ObjectStore Open(int retries = 5) => _bucket.OpenStore(x =>
    {
        x.Endpoint = _proxy.Endpoint.ToString();
        x.PartSize = PartSize;
        x.MaxRetries = retries;
        x.RequestTimeout = TimeSpan.FromSeconds(2);
        x.StallWindow = TimeSpan.FromSeconds(2);
    });

    private static bool IsCopy(HttpRequest request) => request.Headers.ContainsKey("x-amz-copy-source");
}
