using System.ComponentModel.DataAnnotations;
using MangaMotion.ServiceDefaults.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.ServiceDefaults;

/// <summary>The one <see cref="NpgsqlDataSource"/> of a service.</summary>
public static class Postgres
{
    /// <summary>Adds the data source for <c>ConnectionStrings:Postgres</c>. <see cref="Bus.BusRegistration.AddBus"/> does it too; twice is once.</summary>
    public static IHostApplicationBuilder AddPostgres(this IHostApplicationBuilder builder)
    {
        if (builder.Services.Any(service => service.ServiceType == typeof(NpgsqlDataSource)))
            return builder;
        builder.Services.AddValidatedOptions<PostgresConnection>("ConnectionStrings");
        builder.Services.AddSingleton(provider => Build(
            provider.GetRequiredService<IOptions<PostgresConnection>>().Value.Postgres!,
            provider.GetRequiredService<ServiceIdentity>(),
            provider.GetRequiredService<ILoggerFactory>()));
        return builder;
    }

    private static NpgsqlDataSource Build(string connectionString, ServiceIdentity identity, ILoggerFactory loggers)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        var defaults = new NpgsqlConnectionStringBuilder
        {
            // Seen in pg_stat_activity: whose connection this is.
            ApplicationName = identity.WorkerId,
            MaxPoolSize = 30,
            Timeout = 5,
            CommandTimeout = 30,

            // Our statements are few and always the same; parsing and planning one costs more than running it.
            MaxAutoPrepare = 40,

            // A frozen server or a lost route sends nothing: without these an idle connection would wait for ever.
            KeepAlive = 10,
            TcpKeepAlive = true,
            TcpKeepAliveTime = 10,
            TcpKeepAliveInterval = 5,
        };
        foreach (var keyword in given.Keys)
            defaults[keyword] = given[keyword];
        var builder = new NpgsqlDataSourceBuilder(defaults.ConnectionString)
        {
            // The label of its metrics; else the whole connection string.
            Name = $"{given.Host}:{given.Port}/{given.Database}",
        };
        return builder.UseLoggerFactory(loggers).Build();
    }
}

/// <summary>Where Postgres is. Section <c>ConnectionStrings</c>.</summary>
public sealed class PostgresConnection : IValidatableObject
{
    /// <summary>Npgsql's keywords: <c>Host=…;Port=…;Username=…;Password=…;Database=…</c>. Also by PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE.</summary>
    public string? Postgres { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(Postgres))
        {
            yield return Failure("is not set. Give 'Host=…;Username=…;Password=…;Database=…', or PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE.");
            yield break;
        }

        string? problem = null;
        try
        {
            if (string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(Postgres).Host))
                problem = "names no Host.";
        }
        catch (ArgumentException e)
        {
            // Npgsql names the keyword it does not know, never a value.
            problem = $"is not a connection string of Npgsql: {e.Message}";
        }

        if (problem is not null)
            yield return Failure(problem);
    }

    private static ValidationResult Failure(string message) => new(message, [nameof(Postgres)]);
}
