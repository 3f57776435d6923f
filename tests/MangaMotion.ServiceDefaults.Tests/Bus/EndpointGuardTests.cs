using System.Net;
using System.Reflection;
using MangaMotion.ServiceDefaults.Bus;
using MangaMotion.ServiceDefaults.Tests.Support;
using MangaMotion.TestSupport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MangaMotion.ServiceDefaults.Tests.Bus;

public sealed class EndpointGuardTests(TestStack stack) : IAsyncLifetime
{
    private TestVirtualHost _host = null!;
    private TestDatabase _database = null!;
    private SampleSink _sink = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await stack.CreateVirtualHostAsync();
        _database = await stack.CreateDatabaseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Environment.ExitCode = 0;
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task An_endpoint_that_ended_is_restarted_while_it_still_consumes_a_message()
    {
        await using var service = await StartAsync();
        var release = new TaskCompletionSource();
        _sink.Handle = context => context.Message.Text == "long" ? release.Task : Task.CompletedTask;
        await PublishAsync(service, "long");
        await Eventually.Until(() => _sink.Consumed.Contains("long"));
        using (var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1)))
            await EndpointOf(service).Stop(soon.Token).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        await PublishAsync(service, "next");

        await Eventually.Until(() => _sink.Consumed.Contains("next"));
        (await service.Client.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        release.SetResult();
    }

    [Fact]
    public async Task An_endpoint_whose_stop_hangs_blocks_no_other_and_fails_the_liveness_of_the_process()
    {
        BrokerAddress.TryParse(_host.AmqpUri.OriginalString, out var broker, out _).ShouldBeTrue();
        await using var connection = new BrokerConnection(broker, ServiceIdentity.Create("guard"));
        var (stuck, other, bus) = (FakeEndpoint.Create("stuck"), FakeEndpoint.Create("other"), FakeBus.Create());
        stuck.StopTask = new TaskCompletionSource().Task;
        ((FakeBus)(object)bus).Endpoints = [stuck, other];
        using var lifetime = new FakeLifetime();
        using var logs = new LogLines();
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(logs));
        using var guard = new EndpointGuard(
            bus, new(), connection, broker, lifetime, new HastyTime(), factory.CreateLogger<EndpointGuard>());

        await guard.StartAsync(default);
        (await guard.CheckHealthAsync(new())).Status.ShouldBe(HealthStatus.Healthy);
        await Eventually.Until(() => lifetime.ApplicationStopping.IsCancellationRequested);

        Environment.ExitCode.ShouldBe(1);
        var health = await guard.CheckHealthAsync(new());
        health.Status.ShouldBe(HealthStatus.Unhealthy);
        health.Description.ShouldBe("the receive endpoint of queue stuck does not stop; the process must be restarted");
        logs.All.ShouldContain(
            line => line.StartsWith("Critical", StringComparison.Ordinal) && line.Contains("queue stuck did not stop within 30 s"));
        other.Starts.ShouldBeGreaterThan(0);
        stuck.Starts.ShouldBe(0);
        await guard.StopAsync(default);
    }

    private async Task<TestService> StartAsync()
    {
        var service = await TestService.StartAsync(
            builder =>
            {
                builder.AddBus(bus => _sink = bus.AddSampleConsumer());
                builder.Services.AddSingleton<TimeProvider>(new HastyTime());
            },
            settings: [("ConnectionStrings:RabbitMq", _host.AmqpUri.OriginalString),
                ("ConnectionStrings:Postgres", _database.ConnectionString)]);
        await Eventually.Until(async () => (await service.Client.GetAsync("/health/ready")).IsSuccessStatusCode);
        return service;
    }

    private static IReceiveEndpoint EndpointOf(TestService service) =>
        service.Services.GetRequiredService<IBusControl>().CheckHealth().Endpoints.Values
        .Single(endpoint => endpoint.InputAddress.AbsolutePath.EndsWith("/sample", StringComparison.Ordinal)).ReceiveEndpoint;

    private static Task PublishAsync(TestService service, string text) =>
        service.Services.GetRequiredService<IBus>().Publish(new Sample { Text = text });

    /// <summary>Bus whose endpoints never become healthy.</summary>
    public class FakeBus : DispatchProxy
    {
        public IReadOnlyList<FakeEndpoint> Endpoints { get; set; } = [];

        public static IBusControl Create() => Create<IBusControl, FakeBus>();

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == nameof(IBusControl.CheckHealth)
            ? BusHealthResult.Unhealthy("", new IOException(), Endpoints.ToDictionary(
                endpoint => endpoint.Queue,
                endpoint => EndpointHealthResult.Unhealthy((IReceiveEndpoint)(object)endpoint, "", exception: null)))
            : throw new NotSupportedException(targetMethod.Name);
    }

    public class FakeEndpoint : DispatchProxy
    {
        private int _starts;

        public string Queue { get; private set; } = "";

        public Task StopTask { get; set; } = Task.CompletedTask;

        public int Starts => _starts;

        public static FakeEndpoint Create(string queue)
        {
            var endpoint = (FakeEndpoint)(object)Create<IReceiveEndpoint, FakeEndpoint>();
            endpoint.Queue = queue;
            return endpoint;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            switch (targetMethod!.Name)
            {
                case "get_InputAddress":
                    return new Uri($"rabbitmq://broker/{Queue}");
                case nameof(IReceiveEndpoint.Stop):
                    return StopTask;
                case nameof(IReceiveEndpoint.Start):
                    Interlocked.Increment(ref _starts);
                    return null;
                default:
                    throw new NotSupportedException(targetMethod.Name);
            }
        }
    }

    private sealed class FakeLifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => default;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => default;

        public void StopApplication() => _stopping.Cancel();

        public void Dispose() => _stopping.Dispose();
    }
}
