using System.Net.Http.Json;
using System.Text.Json;

namespace MangaMotion.TestSupport;

/// <summary>Queue that is read and changed through RabbitMQ's management API, as an operator does.</summary>
/// <param name="broker">See <see cref="TestVirtualHost.CreateManagementClient"/>.</param>
public class TestQueue(HttpClient broker, string virtualHost, string queue)
{
    private string Path => $"api/queues/{virtualHost}/{queue}";

    /// <summary>Returns whether the queue exists and is bound to its exchange, so that a message sent to it arrives.</summary>
    public async Task<bool> IsBoundAsync()
    {
        using var response = await broker.GetAsync($"{Path}/bindings");
        return response.IsSuccessStatusCode
            && (await response.Content.ReadFromJsonAsync<JsonElement[]>())!.Any(
                binding => binding.GetProperty("source").GetString() == queue);
    }

    /// <summary>Reads the ready messages and requeues them.</summary>
    /// <remarks>Messages that another reader holds at this moment are not among them; see <see cref="UntilAsync"/>.</remarks>
    public Task<JsonElement[]> PeekAsync() => GetAsync("reject_requeue_true");

    /// <summary>Waits until this number of messages is ready at one moment, reads them and requeues them.</summary>
    /// <exception cref="TimeoutException">Not within the time of <see cref="Eventually"/>.</exception>
    public async Task<JsonElement[]> UntilAsync(int count)
    {
        JsonElement[] messages = [];
        await Eventually.Until(
            async () => (messages = await PeekAsync()).Length == count, what: $"{count} messages are ready in '{queue}'");
        return messages;
    }

    /// <summary>Moves every message to another queue, as the management page's "Move messages" does.</summary>
    public async Task<int> MoveAsync(string to)
    {
        var messages = await GetAsync("reject_requeue_false");
        foreach (var message in messages)
            await PublishAsync(to, message);
        return messages.Length;
    }

    /// <exception cref="InvalidOperationException">The queue does not exist.</exception>
    public async Task PublishAsync(string to, JsonElement message)
    {
        using var response = await broker.PostAsJsonAsync($"api/exchanges/{virtualHost}/{to}/publish", new
        {
            properties = message.GetProperty("properties"),
            routing_key = "",
            payload = message.GetProperty("payload").GetString(),
            payload_encoding = message.GetProperty("payload_encoding").GetString(),
        });
        response.EnsureSuccessStatusCode();
        if (!(await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("routed").GetBoolean())
            throw new InvalidOperationException($"No queue '{to}' took the message.");
    }

    public async Task PurgeAsync()
    {
        using var response = await broker.DeleteAsync($"{Path}/contents");
        response.EnsureSuccessStatusCode();
    }

    private async Task<JsonElement[]> GetAsync(string ackMode)
    {
        using var response = await broker.PostAsJsonAsync($"{Path}/get", new { count = 10_000, ackmode = ackMode, encoding = "auto" });
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement[]>())!;
    }
}
