using MangaMotion.Console;
using MangaMotion.Ingest;
using MangaMotion.ServiceDefaults;
using MangaMotion.ServiceDefaults.Inner;

namespace MangaMotion.AllInOne;

/// <summary>
/// The services of one process. Each is built by its own registration, with its own settings and bus, as in a process of its own. They
/// share the runtime, its threads, its compiled code and the database connections. The API reports health and metrics of all.
/// </summary>
internal static class Service
{
    /// <summary>Builds a service without an address.</summary>
    /// <param name="database">Service whose database connections it uses; null for its own.</param>
    public static WebApplication BuildWorker(string[] args, string name, Action<WebApplicationBuilder> add, WebApplication? database = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.MakeInner();
        if (database is not null)
            builder.ShareDatabase(database);
        builder.AddServiceDefaults(name);
        add(builder);
        var app = builder.Build();
        app.MapServiceDefaults();
        return app;
    }

    /// <summary>Builds the API, which reports the health of the workers.</summary>
    /// <inheritdoc cref="BuildWorker"/>
    public static WebApplication BuildIngest(string[] args, WebApplication database, params IReadOnlyList<WebApplication> workers)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.ShareDatabase(database);
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

    /// <summary>
    /// Runs services until the first of them ends, by a signal or a failure, and then stops the others. None is disposed before all have
    /// ended, because they share connections.
    /// </summary>
    public static async Task RunAsync(params IReadOnlyList<WebApplication> services)
    {
        try
        {
            var running = services.Select(service => service.RunUndisposedAsync()).ToList();
            await Task.WhenAny(running);
            foreach (var service in services)
                service.Lifetime.StopApplication();
            await Task.WhenAll(running);
        }
        finally
        {
            foreach (var service in services)
                await service.DisposeAsync();
        }
    }
}
