using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace MangaMotion.Messaging.Postgres.Schema;

/// <summary>
/// A library's versioned SQL files: embedded resources named <c>PREFIX0001_name.sql</c>, applied in the order of their numbers.
/// </summary>
/// <param name="SetName">Name of the set in <c>schema_versions</c>; never changes.</param>
/// <param name="Assembly">The assembly that embeds the files.</param>
/// <param name="ResourcePrefix">What the resource names start with, such as <c>MangaMotion.Jobs.Schema.</c>.</param>
public sealed record SchemaScripts(string SetName, Assembly Assembly, string ResourcePrefix)
{
    /// <summary>The outbox and the inbox.</summary>
    public static SchemaScripts Messaging { get; } =
        new("messaging", typeof(SchemaScripts).Assembly, "MangaMotion.Messaging.Postgres.Schema.");

    internal IReadOnlyList<SchemaScript> Read()
    {
        var scripts = Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(Read)
            .OrderBy(script => script.Version)
            .ToList();
        if (scripts.Count == 0)
            throw new InvalidOperationException($"Schema set '{SetName}' has no scripts: assembly {Assembly.GetName().Name} embeds no '{ResourcePrefix}*.sql'. Add them as EmbeddedResource.");
        var twice = scripts.GroupBy(script => script.Version).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
            throw new InvalidOperationException($"Schema set '{SetName}' has two scripts of version {twice.Key}: {string.Join(" and ", twice.Select(s => s.Name))}. Renumber the newer one.");
        return scripts;
    }

    private SchemaScript Read(string resource)
    {
        var name = resource[ResourcePrefix.Length..];
        if (!int.TryParse(name.Split('_')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            throw new InvalidOperationException($"Schema script '{name}' of set '{SetName}' has no number. Name it like 0001_what_it_does.sql.");
        using var reader = new StreamReader(Assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        // A checkout may have changed the line ends; that is no change of the script.
        var sql = reader.ReadToEnd().ReplaceLineEndings("\n");
        return new SchemaScript(version, name, sql, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));
    }
}

internal sealed record SchemaScript(int Version, string Name, string Sql, string Checksum);

/// <summary>An applied schema file is not the one this program carries, so it cannot know what the tables look like.</summary>
public sealed class SchemaChangedException(string message) : Exception(message);
