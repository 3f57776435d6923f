using System.Net.Http.Json;
using MangaMotion.LocalStack;

namespace MangaMotion.TestSupport;

/// <summary>A virtual host of one test.</summary>
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

    /// <summary>Credentials included.</summary>
    public Uri AmqpUri { get; }

    public Uri ManagementUri { get; }

    /// <summary>A client of RabbitMQ's management API, credentials set: <c>api/queues/{Name}</c> and so on.</summary>
    public HttpClient CreateManagementClient() => _server.CreateManagementClient();

    /// <summary>Deletes it with its queues; its connections are closed by the broker.</summary>
    public async ValueTask DisposeAsync()
    {
        using var client = CreateManagementClient();
        using var response = await client.DeleteAsync(new Uri($"api/vhosts/{Name}", UriKind.Relative));
        response.EnsureSuccessStatusCode();
    }

    /// <summary>A fresh virtual host of the given server.</summary>
    public static async Task<TestVirtualHost> CreateAsync(RabbitServer server)
    {
        var name = $"test-{Guid.NewGuid():N}";
        using var client = server.CreateManagementClient();
        // The creator is given all permissions in it.
        using var response = await client.PutAsJsonAsync(new Uri($"api/vhosts/{name}", UriKind.Relative), new { });
        response.EnsureSuccessStatusCode();
        return new TestVirtualHost(server, name);
    }
}
