using MangaMotion.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MangaMotion.ServiceDefaults.Tests.Support;

/// <summary>Service built as its Program.cs would, in the test's process on a free port.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private bool _stopped;

    private TestService(WebApplication app, LogLines logs)
    {
        _app = app;
        Logs = logs;
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Client = new HttpClient { BaseAddress = new Uri(address) };
    }

    public HttpClient Client { get; }

    public LogLines Logs { get; }

    public IServiceProvider Services => _app.Services;

    /// <param name="add">Registrations of the service after the defaults.</param>
    /// <param name="map">Endpoints of the service.</param>
    public static async Task<TestService> StartAsync(
        Action<WebApplicationBuilder>? add = null, Action<WebApplication>? map = null, params (string Key, string Value)[] settings)
    {
        var arguments = settings.Append(("urls", "http://127.0.0.1:0")).Append(("Logging:Console:LogLevel:Default", "None"))
            .Select(x => $"--{x.Item1}={x.Item2}").ToArray();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = arguments, EnvironmentName = "Production" });
        builder.AddServiceDefaults("sample");
        var logs = new LogLines();
        builder.Logging.AddProvider(logs);
        add?.Invoke(builder);
        var app = builder.Build();
        app.MapServiceDefaults();
        map?.Invoke(app);
        await app.StartAsync();
        return new TestService(app, logs);
    }

    public async Task StopAsync()
    {
        if (!_stopped)
            await _app.StopAsync();
        _stopped = true;
    }

    /// <summary>Stops the service, as a process would, and disposes it.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
