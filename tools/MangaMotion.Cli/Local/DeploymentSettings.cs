using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MangaMotion.Cli.Local;

/// <summary>Settings of the last <c>up</c>, stored for <c>status</c>, <c>down</c> and the next <c>up</c>.</summary>
internal sealed record DeploymentSettings
{
    public const string Disk = "disk";
    public const string S3 = "s3";

    /// <summary>Kind of object store: <see cref="Disk"/> or <see cref="S3"/>.</summary>
    public required string Store { get; init; }

    /// <summary>Number of processes of each service.</summary>
    public required IReadOnlyDictionary<string, int> Workers { get; init; }

    /// <summary>Whether the servers are a cluster: three broker nodes, and a database with a standby.</summary>
    public bool Cluster { get; init; }

    /// <summary>Whether a commit waits for the standby of the database, so that none is lost when the standby takes over.</summary>
    public bool Synchronous { get; init; }

    /// <summary>Whether all services run in one process.</summary>
    public bool AllInOne { get; init; }

    /// <summary>API key with all scopes, created once.</summary>
    public required string ApiKey { get; init; }

    /// <summary>Number of processes of a service, unless <see cref="Workers"/> has another.</summary>
    public int CountProcesses(ServiceDefinition service) =>
        Workers.GetValueOrDefault(service.Name, Cluster ? service.ClusterProcesses : 1);

    /// <summary>Processes of the services.</summary>
    [JsonIgnore]
    public IReadOnlyList<ServiceDefinition> Services => AllInOne ? [ServiceDefinition.AllInOne] : ServiceDefinition.All;

    /// <summary>Groups of Debian packages that the stack needs.</summary>
    [JsonIgnore]
    public IReadOnlyCollection<string> PackageGroups => Store == S3 ? ["run", "s3"] : ["run"];

    /// <summary>Reads the settings; default: the disk store, one worker of each service, and a new key.</summary>
    public static DeploymentSettings LoadOrDefault(Clone clone) =>
        Load(clone) ?? new DeploymentSettings
        {
            Store = Disk,
            Workers = new Dictionary<string, int>(),
            ApiKey = $"mm_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20))}",
        };

    /// <summary>Reads the settings; null if <c>up</c> never ran or the data was wiped.</summary>
    public static DeploymentSettings? Load(Clone clone) =>
        File.Exists(FindFile(clone)) ? JsonSerializer.Deserialize<DeploymentSettings>(File.ReadAllBytes(FindFile(clone))) : null;

    public void Save(Clone clone) => PrivateFile.Write(FindFile(clone), JsonSerializer.Serialize(this));

    public static void Delete(Clone clone) => File.Delete(FindFile(clone));

    /// <summary>Path of the file with the settings, which holds a secret.</summary>
    public static string FindFile(Clone clone) => Path.Combine(clone.Stack, "stack.json");
}
