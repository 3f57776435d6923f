using MangaMotion.ServiceDefaults.Bus;
using MangaMotion.ServiceDefaults.Tests.Support;
using MangaMotion.TestSupport;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace MangaMotion.ServiceDefaults.Tests.Bus;

public sealed class MassTransitLogsTests
{
    /// <summary>Causes of the errors that MassTransit logged for messages in flight when a broker was killed.</summary>
    public static TheoryData<Exception> Outages =>
    [
        new AlreadyClosedException(new ShutdownEventArgs(RabbitMQ.Client.ShutdownInitiator.Library, 541, "Connection reset by peer.")),
        new RabbitMqConnectionException("BasicPublishAsync failed", new TaskCanceledException()),
        new TransportUnavailableException("Message ACK failed"),
    ];

    public static TheoryData<Exception> OtherFaults =>
    [
        new InvalidOperationException("The consumer failed."),
        new MessageReturnedException("exchange:nowhere", null),
    ];

    [Theory]
    [MemberData(nameof(Outages))]
    public async Task A_message_in_flight_while_the_broker_ends_is_not_an_error(Exception outage)
    {
        (await LogFaultAsync(outage, "--Logging:LogLevel:MassTransit=Error")).ShouldBeEmpty();
        (await LogFaultAsync(outage, "--Logging:LogLevel:MassTransit=Debug")).ShouldHaveSingleItem().ShouldStartWith("Debug ");
    }

    [Theory]
    [MemberData(nameof(OtherFaults))]
    public async Task Another_fault_of_a_message_is_an_error(Exception fault) =>
        (await LogFaultAsync(fault)).ShouldHaveSingleItem().ShouldStartWith("Error ");

    /// <summary>Logs as MassTransit does in a service with a bus, and returns the lines that pass. The service is not started.</summary>
    private static async Task<IReadOnlyCollection<string>> LogFaultAsync(Exception exception, params string[] arguments)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = arguments, EnvironmentName = "Production" });
        builder.AddServiceDefaults("sample");
        builder.AddBus(bus => bus.AddSampleConsumer());
        var lines = new LogLines();
        builder.Logging.AddProvider(lines);
        await using var app = builder.Build();
        app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("MassTransit").LogError(exception, "S-FAULT");
        return lines.All;
    }
}
