using System.Net.Http.Json;
using MangaMotion.LocalStack;

namespace MangaMotion.TestSupport;

/// <summary>Virtual host of one test.</summary>
public sealed class TestVirtualHost : IAsyncDisposable
{
    private readonly RabbitServer _server;

    private TestVirtualHost(RabbitServer server, string name)
    {
        _server = server;
        Name = name;
        AmqpUri = server.AmqpUriTo(name);
        ManagementUri = server.ManagementUri;
    }

    public string Name { get; }

    /// <summary>AMQP address with credentials.</summary>
    public Uri AmqpUri { get; }

    public Uri ManagementUri { get; }

    /// <summary>
    /// Creates a client of RabbitMQ's management API with credentials. Paths are relative, such as <c>api/queues/{Name}</c>.
    /// </summary>
    public HttpClient CreateManagementClient() => _server.CreateManagementClient();

    /// <summary>Deletes the virtual host and its queues. The broker closes its connections.</summary>
    public async ValueTask DisposeAsync()
    {
        using var client = CreateManagementClient();
        using var response = await client.DeleteAsync(new Uri($"api/vhosts/{Name}", UriKind.Relative));
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Creates a virtual host on the server.</summary>
    public static async Task<TestVirtualHost> CreateAsync(RabbitServer server)
    {
        var name = $"test-{Guid.NewGuid():N}";
        using var client = server.CreateManagementClient();
        // The creator gets all permissions in the virtual host.
        using var response = await client.PutAsJsonAsync(new Uri($"api/vhosts/{name}", UriKind.Relative), new { });
        response.EnsureSuccessStatusCode();
        return new TestVirtualHost(server, name);
    }
}
