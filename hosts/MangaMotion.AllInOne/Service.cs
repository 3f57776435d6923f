using MangaMotion.Console;
using MangaMotion.Ingest;
using MangaMotion.ServiceDefaults;
using MangaMotion.ServiceDefaults.Inner;

namespace MangaMotion.AllInOne;

/// <summary>
/// The services of one process. Each is built by its own registration, with its own settings, bus and database connections, as in a process
/// of its own. They share the runtime, its threads and its compiled code, and the API reports health and metrics of all.
/// </summary>
internal static class Service
{
    /// <summary>Builds a service without an address.</summary>
    public static WebApplication BuildWorker(string[] args, string name, Action<WebApplicationBuilder> add)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.MakeInner();
        builder.AddServiceDefaults(name);
        add(builder);
        var app = builder.Build();
        app.MapServiceDefaults();
        return app;
    }

    public static WebApplication BuildIngest(string[] args, params IReadOnlyList<WebApplication> workers)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults("ingest");
        builder.AddIngest();
        builder.AddInnerServices(workers);
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapIngest();
        return app;
    }

    /// <summary>Builds the console, which reaches the API by HTTP as in a process of its own.</summary>
    public static WebApplication BuildConsole(string[] args)
    {
        // Its styles and scripts are found by the name of its assembly.
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { Args = args, ApplicationName = typeof(ConsoleRegistration).Assembly.GetName().Name });
        var urls = builder.Configuration[$"{AllInOneOptions.Section}:{nameof(AllInOneOptions.ConsoleUrls)}"];
        builder.WebHost.UseUrls(urls ?? new AllInOneOptions().ConsoleUrls);
        builder.ShareTelemetry();
        builder.AddServiceDefaults("console");
        builder.AddConsole();
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapConsole();
        return app;
    }

    /// <summary>Runs services until the first of them ends, by a signal or a failure, and then stops the others.</summary>
    public static async Task RunAsync(params IReadOnlyList<WebApplication> services)
    {
        // Read here: a service that has ended is disposed.
        var lifetimes = services.Select(service => service.Lifetime).ToList();
        var running = services.Select(service => service.RunServiceAsync()).ToList();
        await Task.WhenAny(running);
        lifetimes.ForEach(lifetime => lifetime.StopApplication());
        await Task.WhenAll(running);
    }
}
