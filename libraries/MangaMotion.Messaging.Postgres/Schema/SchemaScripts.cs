using System.Reflection;

namespace MangaMotion.Messaging.Postgres.Schema;

/// <summary>Versioned SQL scripts of a library: embedded resources named <c>PREFIX0001_name.sql</c>, applied in numeric order.</summary>
/// <param name="SetName">Name of the set in <c>schema_versions</c>. It must never change.</param>
/// <param name="Assembly">Assembly that embeds the scripts.</param>
/// <param name="ResourcePrefix">Prefix of the resource names, such as <c>MangaMotion.Jobs.Schema.</c>.</param>
public sealed record SchemaScripts(string SetName, Assembly Assembly, string ResourcePrefix)
{
    /// <summary>Scripts of the outbox and the inbox.</summary>
    public static SchemaScripts Messaging { get; } =
        new("messaging", typeof(SchemaScripts).Assembly, "MangaMotion.Messaging.Postgres.Schema.");

    /// <summary>Reads the scripts in numeric order.</summary>
    /// <exception cref="InvalidOperationException">The set is empty, or a number is missing or repeated.</exception>
    internal IReadOnlyList<SchemaScript> ReadScripts()
    {
        var scripts = Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(ReadScript)
            .OrderBy(script => script.Version)
            .ToList();
        if (scripts.Count == 0)
        {
            throw new InvalidOperationException(
                $"Schema set '{SetName}' has no scripts: assembly {Assembly.GetName().Name} embeds no '{ResourcePrefix}*.sql'. " +
                "Add them as EmbeddedResource.");
        }

        var repeated = scripts.GroupBy(script => script.Version).FirstOrDefault(group => group.Count() > 1);
        if (repeated is not null)
        {
            throw new InvalidOperationException(
                $"Schema set '{SetName}' has two scripts of version {repeated.Key}: "
                + $"{string.Join(" and ", repeated.Select(s => s.Name))}. Renumber the newer one.");
        }

        return scripts;
    }

    private SchemaScript ReadScript(string resource)
    {
        var name = resource[ResourcePrefix.Length..];
        return SchemaScript.Read(name, Assembly.GetManifestResourceStream(resource)!)
            ?? throw new InvalidOperationException(
                $"Schema script '{name}' of set '{SetName}' has no number. Name it like 0001_tables.sql.");
    }
}

/// <summary>Thrown before a script after which older services do not run, if there is no backup.</summary>
public sealed class SchemaNotBackedUpException(string message) : Exception(message);

/// <summary>Thrown if a script in the program differs from the applied one, so that the state of the tables is unknown.</summary>
public sealed class SchemaChangedException(string message) : Exception(message);
