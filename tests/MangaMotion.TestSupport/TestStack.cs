using MangaMotion.LocalStack;

namespace MangaMotion.TestSupport;

/// <summary>
/// RabbitMQ, Postgres and S3 for tests. <c>./mangamotion test</c> sets <c>MANGAMOTION_TEST_STACK</c> to a state folder, and all test
/// projects share its servers. Without the variable, the process starts its own servers at the first use and ends them when it ends. It is
/// an assembly fixture: <c>[assembly: AssemblyFixture(typeof(TestStack))]</c> once, then a constructor parameter of the test class. Every
/// test creates its own virtual host and database. A test that stops, kills or freezes a server uses <see cref="PrivateServers"/>.
/// </summary>
public sealed class TestStack : IAsyncDisposable
{
    private readonly Lazy<Task<ServerStack>> _servers = new(StartAsync);
    private readonly Lazy<Task<ServerStack>> _s3 = new(StartS3Async);

    /// <summary>Creates a virtual host without queues. It is deleted when disposed.</summary>
    public async Task<TestVirtualHost> CreateVirtualHostAsync() => await TestVirtualHost.CreateAsync((await _servers.Value).Rabbit);

    /// <summary>Creates an empty database. It is dropped when disposed.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync() => await TestDatabase.CreateAsync((await _servers.Value).Postgres);

    /// <summary>
    /// Creates an empty bucket and its store. It is emptied when disposed. The S3 server is started separately, with the first bucket.
    /// </summary>
    public async Task<TestBucket> CreateBucketAsync() => await TestBucket.CreateAsync((await _s3.Value).S3);

    /// <summary>Returns the address of RabbitMQ's metrics.</summary>
    public async Task<Uri> GetRabbitMetricsAsync() => (await _servers.Value).Rabbit.MetricsUri;

    /// <summary>Ends the servers that this process started.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var servers in new[] { _servers, _s3 }.Where(x => x.IsValueCreated))
            await (await servers.Value).DisposeAsync();
    }

    private static Task<ServerStack> StartAsync() =>
        Environment.GetEnvironmentVariable("MANGAMOTION_TEST_STACK") is { Length: > 0 } folder
            ? Task.FromResult(ServerStack.Attach(folder))
            : PrivateServers.StartAsync();

    private static Task<ServerStack> StartS3Async() =>
        Environment.GetEnvironmentVariable("MANGAMOTION_TEST_STACK") is { Length: > 0 } folder && ServerStack.Attach(folder) is var shared
            && shared.Servers.OfType<S3Server>().Any()
            ? Task.FromResult(shared)
            : PrivateServers.StartAsync(rabbit: false, postgres: false, s3: true);
}
