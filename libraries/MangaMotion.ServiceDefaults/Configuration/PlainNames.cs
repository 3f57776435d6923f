using System.Data.Common;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace MangaMotion.ServiceDefaults.Configuration;

/// <summary>Maps the documented plain environment names onto <c>Section:Key</c>.</summary>
public static class PlainNames
{
    /// <summary>
    /// Adds the plain names after the files and before the form <c>Section__Key</c>, which wins if both are set.
    /// </summary>
    /// <param name="read">Reads one variable; by default from the environment of the process.</param>
    public static IConfigurationBuilder AddPlainNames(this IConfigurationBuilder configuration, Func<string, string?>? read = null)
    {
        var source = new Source(read ?? Environment.GetEnvironmentVariable);
        var environment = configuration.Sources
            .Select((other, index) => (other, index))
            .LastOrDefault(
                x => x.other is EnvironmentVariablesConfigurationSource { Prefix: null or "" }, (null!, configuration.Sources.Count));
        configuration.Sources.Insert(environment.index, source);
        return configuration;
    }

    private sealed class Source(Func<string, string?> read) : IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(read);
    }

    private sealed class Provider(Func<string, string?> read) : ConfigurationProvider
    {
        public override void Load()
        {
            foreach (var plain in PlainName.All)
            {
                if (read(plain.Name) is { Length: > 0 } value)
                    Data.TryAdd(plain.Key, plain.Convert(value));
            }

            var postgres = new DbConnectionStringBuilder();
            foreach (var (name, keyword) in PlainName.Postgres)
            {
                if (read(name) is { Length: > 0 } value)
                    postgres[keyword] = value;
            }

            if (postgres.Count > 0)
                Data["ConnectionStrings:Postgres"] = postgres.ConnectionString;
        }
    }
}
