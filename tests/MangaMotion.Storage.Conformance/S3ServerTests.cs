using MangaMotion.LocalStack;
using MangaMotion.Storage.S3;
using MangaMotion.TestSupport;
using Microsoft.Extensions.Options;

namespace MangaMotion.Storage.Conformance;

public sealed class S3ServerTests
{
    private static readonly PutOptions Plain = new() { ContentType = "text/plain" };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_durable_server_keeps_its_objects_when_it_is_stopped_and_when_it_is_killed()
    {
        await using var servers = await PrivateServers.StartAsync(
            rabbit: false, postgres: false, durable: true, s3: true, cancellationToken: Cancel);
        using var store = Open(servers.S3);
        await store.CheckAsync(Cancel);
        await store.PutAsync("before/stop", new PatternStream(1_000), Plain, Cancel);

        await servers.S3.StopAsync(Cancel);
        servers.S3.IsRunning.ShouldBeFalse();
        await servers.S3.StartAsync(Cancel);
        await store.PutAsync("before/kill", new PatternStream(10_000_000), Plain, Cancel);
        await servers.S3.KillAsync(Cancel);
        await servers.S3.StartAsync(Cancel);

        (await store.ListAsync("before/", Cancel).Select(x => x.Length).ToListAsync(Cancel)).ShouldBe([10_000_000, 1_000]);
    }

    [Fact]
    public async Task A_server_that_starts_late_is_prepared_when_it_answers()
    {
        await using var servers = await PrivateServers.StartAsync(
            rabbit: false, postgres: false, durable: true, s3: true, cancellationToken: Cancel);
        using var store = Open(servers.S3);
        await servers.S3.StopAsync(Cancel);
        await Should.ThrowAsync<IOException>(() => store.CheckAsync(Cancel));

        await servers.S3.StartAsync(Cancel);

        await store.CheckAsync(Cancel);
        await store.PutAsync("a", new PatternStream(1_000), Plain, Cancel);
    }

    private static S3ObjectStore Open(S3Server server) => new(Options.Create(new StorageOptions
    {
        S3 = { Endpoint = server.Endpoint.ToString(), Bucket = "objects", AccessKey = S3Server.AccessKey, SecretKey = S3Server.SecretKey },
    }));
}
