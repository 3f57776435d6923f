using System.Net.Http.Json;
using System.Text.Json;
using MangaMotion.TestSupport;

namespace MangaMotion.LocalStack.Tests;

public sealed class BrokerClusterTests
{
    private static readonly Uri Queue = new("api/queues/%2F/kept", UriKind.Relative);

    [Fact(Explicit = true)]
    public async Task Three_nodes_form_a_cluster_that_survives_kill_partition_and_restart()
    {
        await using var stack = await PrivateServers.StartAsync(postgres: false, brokerNodes: 3);
        var (first, third) = (stack.BrokerNodes[0], stack.BrokerNodes[2]);
        (await CountRunningAsync(first)).ShouldBe(3);
        await DeclareQueueAsync(first);
        (await CountOnlineMembersAsync(third)).ShouldBe(3);

        await first.KillAsync();
        await Eventually.Until(async () => await CountOnlineMembersAsync(third) == 2);
        await first.StartAsync();
        await Eventually.Until(async () => await CountOnlineMembersAsync(third) == 3);

        await third.PartitionAsync();
        await Eventually.Until(async () => await CountRunningAsync(first) == 2);
        await third.HealAsync();
        await Eventually.Until(async () => await CountRunningAsync(first) == 3);

        await stack.StopAsync();
        await using var attached = ServerStack.Attach(stack.Folder.Path);
        attached.BrokerNodes.Count.ShouldBe(3);
        await Task.WhenAll(stack.Servers.OfType<EpmdServer>().Select(server => server.StartAsync()));
        await Task.WhenAll(stack.BrokerNodes.Select(node => node.StartAsync()));
        await Eventually.Until(async () => await CountOnlineMembersAsync(first) == 3);
    }

    private static async Task DeclareQueueAsync(RabbitServer node)
    {
        using var client = node.CreateManagementClient();
        var queue = new { durable = true, arguments = new Dictionary<string, object> { ["x-queue-type"] = "quorum" } };
        (await client.PutAsJsonAsync(Queue, queue)).EnsureSuccessStatusCode();
    }

    private static async Task<int> CountRunningAsync(RabbitServer node)
    {
        using var client = node.CreateManagementClient();
        var nodes = await client.GetFromJsonAsync<JsonElement>(new Uri("api/nodes", UriKind.Relative));
        return nodes.EnumerateArray().Count(each => each.GetProperty("running").GetBoolean());
    }

    /// <summary>Counts the members of the queue that answer; 0 while the node does not know.</summary>
    private static async Task<int> CountOnlineMembersAsync(RabbitServer node)
    {
        using var client = node.CreateManagementClient();
        using var response = await client.GetAsync(Queue);
        if (!response.IsSuccessStatusCode)
            return 0;
        var queue = await response.Content.ReadFromJsonAsync<JsonElement>();
        return queue.TryGetProperty("online", out var online) ? online.GetArrayLength() : 0;
    }
}
