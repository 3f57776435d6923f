using System.Net.Http.Json;
using System.Text.Json;

namespace MangaMotion.Integration.Jobs;

/// <summary>A queue as an operator sees and handles it: through RabbitMQ's management API.</summary>
public sealed class BrokerQueue(JobWorld world, string queue)
{
    private string Path => $"api/queues/{world.VirtualHost}/{queue}";

    /// <summary>The queue is there and bound to its exchange, so that a message sent to it arrives.</summary>
    public async Task<bool> IsBoundAsync()
    {
        using var response = await world.Broker.GetAsync($"{Path}/bindings");
        return response.IsSuccessStatusCode
            && (await response.Content.ReadFromJsonAsync<JsonElement[]>())!.Any(binding => binding.GetProperty("source").GetString() == queue);
    }

    /// <summary>Takes the messages off, looks at them and puts them back.</summary>
    public Task<JsonElement[]> PeekAsync() => GetAsync("reject_requeue_true");

    /// <summary>Moves every message to another queue, as the management page's "Move messages" does.</summary>
    public async Task<int> MoveAsync(string to)
    {
        var messages = await GetAsync("reject_requeue_false");
        foreach (var message in messages)
            await PublishAsync(to, message);
        return messages.Length;
    }

    public async Task PublishAsync(string to, JsonElement message)
    {
        using var response = await world.Broker.PostAsJsonAsync($"api/exchanges/{world.VirtualHost}/{to}/publish", new
        {
            properties = message.GetProperty("properties"),
            routing_key = "",
            payload = message.GetProperty("payload").GetString(),
            payload_encoding = message.GetProperty("payload_encoding").GetString(),
        });
        response.EnsureSuccessStatusCode();
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("routed").GetBoolean().ShouldBeTrue();
    }

    public async Task PurgeAsync()
    {
        using var response = await world.Broker.DeleteAsync($"{Path}/contents");
        response.EnsureSuccessStatusCode();
    }

    private async Task<JsonElement[]> GetAsync(string ackMode)
    {
        using var response = await world.Broker.PostAsJsonAsync($"{Path}/get", new { count = 10_000, ackmode = ackMode, encoding = "auto" });
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement[]>())!;
    }
}
