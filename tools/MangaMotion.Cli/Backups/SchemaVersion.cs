using System.Text.Json.Serialization;
using MangaMotion.Messaging.Postgres.Schema;

namespace MangaMotion.Cli.Backups;

/// <summary>A schema script of a service: applied to a database, or known to this program.</summary>
/// <param name="Set">Name of the set of scripts, such as <c>jobs</c>.</param>
/// <param name="Checksum">SHA-256 of the script in lower-case hexadecimal digits.</param>
internal sealed record SchemaVersion(string Set, int Version, string Name, string Checksum)
{
    private const string ResourcePrefix = "schema/";

    /// <summary>Scripts of the services of this version, embedded by the project file.</summary>
    private static readonly Lazy<Dictionary<(string Set, int Version), SchemaVersion>> Embedded = new(() =>
        typeof(SchemaVersion).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Select(Read)
            .ToDictionary(script => (script.Set, script.Version)));

    /// <summary>Scripts of the services of this version.</summary>
    public static IReadOnlyCollection<SchemaVersion> Known => Embedded.Value.Values;

    /// <summary>Why older services do not run after this script; null if they do, and for scripts of a database.</summary>
    [JsonIgnore]
    public string? Irreversible { get; init; }

    /// <summary>
    /// Finds the known scripts that a database misses and after which older services do not run. The first scripts of a set are
    /// none of them, because they meet no data.
    /// </summary>
    public static IEnumerable<SchemaVersion> FindIrreversible(
        IEnumerable<SchemaVersion> known, IReadOnlyCollection<SchemaVersion> applied) =>
        from script in known
        where script.Irreversible is not null && applied.Any(other => other.Set == script.Set)
        where !applied.Any(other => other.Set == script.Set && other.Version == script.Version)
        orderby script.Set, script.Version
        select script;

    /// <summary>
    /// Finds the reason why the services of this version cannot use a database with these scripts; null if they can. Missing scripts are no
    /// obstacle: the services apply them at their start.
    /// </summary>
    public static string? FindObstacle(IEnumerable<SchemaVersion> applied)
    {
        foreach (var script in applied)
        {
            if (!Embedded.Value.TryGetValue((script.Set, script.Version), out var known))
                return $"its database has the schema script {script.Set}/{script.Name}, which this version does not have";
            if (known.Checksum != script.Checksum)
                return $"the schema script {script.Set}/{script.Name} of its database differs from the one of this version";
        }

        return null;
    }

    private static SchemaVersion Read(string resource)
    {
        var (set, name) = resource.Split('/') is [_, var folder, var file]
            ? (folder, file)
            : throw new InvalidOperationException($"'{resource}' is not the name of a schema script.");
        var script = SchemaScript.Read(name, typeof(SchemaVersion).Assembly.GetManifestResourceStream(resource)!)
            ?? throw new InvalidOperationException($"The schema script '{resource}' has no number.");
        return new SchemaVersion(set, script.Version, name, script.Checksum) { Irreversible = script.Irreversible };
    }
}
