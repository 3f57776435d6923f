using System.Reflection;
using System.Text.Json;

namespace MangaMotion.Cli.Backups;

/// <summary>Description of a backup, the file <c>backup.json</c>. It is written first without an end, and last with it.</summary>
internal sealed record BackupManifest
{
    /// <summary>Format that this version writes and reads.</summary>
    public const int CurrentFormat = 1;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public required int Format { get; init; }

    public required Guid Id { get; init; }

    /// <summary>Version of MangaMotion that made the backup.</summary>
    public required string MadeBy { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Null for an unfinished backup.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Time of the database's snapshot.</summary>
    public DateTimeOffset? SnapshotAt { get; init; }

    public IReadOnlyList<SchemaVersion> Schema { get; init; } = [];

    /// <summary>Files of the backup except this one and the objects.</summary>
    public IReadOnlyList<BackupFile> Files { get; init; } = [];

    public long ObjectCount { get; init; }

    public long ObjectBytes { get; init; }

    public static string Version { get; } =
        typeof(BackupManifest).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Reads a manifest; null if the file is not one.</summary>
    public static BackupManifest? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<BackupManifest>(File.ReadAllBytes(path), Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public string Write() => JsonSerializer.Serialize(this, Json);
}

/// <param name="Name">Path in the folder of the backup.</param>
/// <param name="Sha256">Lower-case hexadecimal digits.</param>
internal sealed record BackupFile(string Name, long Length, string Sha256);
