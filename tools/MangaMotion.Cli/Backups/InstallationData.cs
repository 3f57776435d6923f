using MangaMotion.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MangaMotion.Cli.Backups;

/// <summary>Data of one installation: its database and its object store.</summary>
internal sealed class InstallationData : IAsyncDisposable
{
    private const string PostgresSetting = "ConnectionStrings__Postgres";

    private readonly ServiceProvider _services;

    private InstallationData(string connectionString, ServiceProvider services)
    {
        _services = services;
        Database = new Database(connectionString);
        Store = services.GetRequiredService<IObjectStore>();
    }

    public Database Database { get; }

    public IObjectStore Store { get; }

    /// <summary>Whether the environment has the settings of an installation, which are used instead of the local stack.</summary>
    public static bool IsInEnvironment => Environment.GetEnvironmentVariable(PostgresSetting) is { Length: > 0 };

    /// <summary>Opens the installation that the environment describes by the settings of a service.</summary>
    public static InstallationData OpenEnvironment() => Open(new ConfigurationBuilder().AddEnvironmentVariables().Build());

    /// <summary>Opens the installation that settings describe.</summary>
    /// <param name="settings">Settings of a service by the names of their environment variables.</param>
    public static InstallationData Open(IReadOnlyDictionary<string, string> settings) =>
        Open(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(
                setting.Key.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal), setting.Value)))
            .Build());

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await _services.DisposeAsync();
    }

    private static InstallationData Open(IConfiguration configuration)
    {
        var services = new ServiceCollection().AddObjectStore(configuration).BuildServiceProvider();
        try
        {
            return new InstallationData(configuration.GetConnectionString("Postgres")!, services);
        }
        catch (OptionsValidationException exception)
        {
            throw new CommandException(string.Join('\n', exception.Failures));
        }
        catch (ArgumentException exception)
        {
            throw new CommandException($"{PostgresSetting} is not a connection string: {exception.Message}");
        }
    }
}
