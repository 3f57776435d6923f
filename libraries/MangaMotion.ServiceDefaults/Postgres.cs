using System.ComponentModel.DataAnnotations;
using MangaMotion.Messaging.Postgres;
using MangaMotion.ServiceDefaults.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.ServiceDefaults;

/// <summary>Registers the <see cref="NpgsqlDataSource"/> of a service.</summary>
public static class Postgres
{
    /// <summary>
    /// Adds the data source for <c>ConnectionStrings:Postgres</c>. <see cref="Bus.BusRegistration.AddBus"/> does it too; a second call has
    /// no effect.
    /// </summary>
    public static IHostApplicationBuilder AddPostgres(this IHostApplicationBuilder builder)
    {
        if (builder.Services.Any(service => service.ServiceType == typeof(NpgsqlDataSource)))
            return builder;
        builder.Services.AddValidatedOptions<PostgresConnection>("ConnectionStrings");
        builder.Services.AddSingleton<PrimaryGuard>();
        builder.Services.AddHostedService(provider =>
        {
            // The guard watches the hosts of the data source.
            provider.GetRequiredService<NpgsqlDataSource>();
            return provider.GetRequiredService<PrimaryGuard>();
        });
        builder.Services.AddSingleton(provider => Build(
            provider.GetRequiredService<IOptions<PostgresConnection>>().Value.Postgres!,
            provider.GetRequiredService<ServiceIdentity>(),
            provider.GetRequiredService<PrimaryGuard>(),
            provider.GetRequiredService<ILoggerFactory>()));
        return builder;
    }

    private static NpgsqlDataSource Build(
        string connectionString, ServiceIdentity identity, PrimaryGuard guard, ILoggerFactory loggers)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        var defaults = new NpgsqlConnectionStringBuilder
        {
            // Shown in pg_stat_activity.
            ApplicationName = identity.WorkerId,
            MaxPoolSize = 30,
            Timeout = 5,
            CommandTimeout = 30,

            // A service runs few different statements, and parsing and planning one takes longer than running it.
            MaxAutoPrepare = 40,

            // No code changes settings of a session beyond its transaction. Npgsql would send seven statements before each command to reset
            // them. Connections that listen are closed, not returned to the pool.
            NoResetOnClose = true,

            // A frozen server or a lost route sends nothing. Without these, an idle connection would not notice it.
            KeepAlive = 10,
            TcpKeepAlive = true,
            TcpKeepAliveTime = 10,
            TcpKeepAliveInterval = 5,
        };
        var hosts = DatabaseHosts.Split(given);
        if (hosts.Count > 1)
        {
            // Standbys accept no writes. Npgsql remembers for 10 s by default which host is one, too long after a failover.
            defaults.TargetSessionAttributes = "primary";
            defaults.HostRecheckSeconds = 2;
        }

        foreach (var keyword in given.Keys)
            defaults[keyword] = given[keyword];
        var builder = new NpgsqlDataSourceBuilder(defaults.ConnectionString)
        {
            // Label of the metrics, which would be the whole connection string otherwise.
            Name = $"{DatabaseHosts.Describe(given)}/{given.Database}",
        };
        builder.UseLoggerFactory(loggers);
        return hosts.Count > 1 ? guard.Build(builder) : builder.Build();
    }
}

/// <summary>Address of Postgres. Section <c>ConnectionStrings</c>.</summary>
public sealed class PostgresConnection : IValidatableObject
{
    /// <summary>
    /// Keywords of Npgsql: <c>Host=…;Port=…;Username=…;Password=…;Database=…</c>. Also by PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE.
    /// </summary>
    public string? Postgres { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(Postgres))
        {
            yield return Failure(
                "is not set. Give 'Host=…;Username=…;Password=…;Database=…', or PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE.");
            yield break;
        }

        string? problem = null;
        try
        {
            if (string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(Postgres).Host))
                problem = "has no Host.";
        }
        catch (ArgumentException e)
        {
            // The message of Npgsql has the unknown keyword and no value.
            problem = $"is not a connection string of Npgsql: {e.Message}";
        }

        if (problem is not null)
            yield return Failure(problem);
    }

    private static ValidationResult Failure(string message) => new(message, [nameof(Postgres)]);
}
