using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MangaMotion.Cli.Local;

/// <summary>What <c>up</c> was asked for, kept so that <c>status</c>, <c>down</c> and the next <c>up</c> know it.</summary>
internal sealed record DeploymentSettings
{
    public const string Disk = "disk";
    public const string S3 = "s3";

    /// <summary>Where objects are kept: <see cref="Disk"/> or <see cref="S3"/>.</summary>
    public required string Store { get; init; }

    /// <summary>Number of processes by service.</summary>
    public required IReadOnlyDictionary<string, int> Workers { get; init; }

    /// <summary>Key of the API with all scopes; made once.</summary>
    public required string ApiKey { get; init; }

    /// <summary>Groups of Debian packages it needs.</summary>
    [JsonIgnore]
    public IReadOnlyCollection<string> PackageGroups => Store == S3 ? ["run", "s3"] : ["run"];

    /// <summary>As last time; at first the disk store, one worker each, and a new key.</summary>
    public static DeploymentSettings LoadOrDefault(Clone clone) =>
        Load(clone) ?? new DeploymentSettings
        {
            Store = Disk,
            Workers = new Dictionary<string, int>(),
            ApiKey = $"mm_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20))}",
        };

    /// <summary>As last time; null where <c>up</c> never ran, or everything was wiped.</summary>
    public static DeploymentSettings? Load(Clone clone) =>
        File.Exists(FileOf(clone)) ? JsonSerializer.Deserialize<DeploymentSettings>(File.ReadAllBytes(FileOf(clone))) : null;

    public void Save(Clone clone) => PrivateFile.Write(FileOf(clone), JsonSerializer.Serialize(this));

    public static void Forget(Clone clone) => File.Delete(FileOf(clone));

    private static string FileOf(Clone clone) => Path.Combine(clone.Stack, "stack.json");
}
