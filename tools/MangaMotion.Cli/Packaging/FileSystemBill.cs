using System.Formats.Tar;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MangaMotion.Cli.Local;

namespace MangaMotion.Cli.Packaging;

/// <summary>
/// CycloneDX bill of materials of a whole file system, read from an archive of it: NuGet packages of each program, the .NET runtime, ONNX
/// Runtime's native library, the models that read lettering, and Debian packages.
/// </summary>
/// <param name="mediaHost">Lock file of the NuGet packages of the media host, which is published without a list of them.</param>
/// <param name="models">Lock file of the models, <c>package-lock.json</c>.</param>
internal sealed partial class FileSystemBill(string mediaHost, string models)
{
    private const string OnnxRuntime = "Microsoft.ML.OnnxRuntime";

    private const string HashPrefix = "sha512-";

    private const string DebianStatus = "var/lib/dpkg/status";

    private readonly SortedDictionary<string, JsonObject> _components = new(StringComparer.Ordinal);

    /// <summary>Names of the files of media hosts, and of the folders that hold libraries for one platform.</summary>
    private readonly HashSet<string> _mediaHostFiles = new(StringComparer.Ordinal);

    private string? _debianVersion;

    /// <summary>Creates a bill that reads the lock files of a clone.</summary>
    public static async Task<FileSystemBill> CreateAsync(Clone clone, CancellationToken cancellationToken) => new(
        await File.ReadAllTextAsync(clone["tools/MangaMotion.MediaHost/packages.lock.json"], cancellationToken),
        await File.ReadAllTextAsync(clone["tools/MangaMotion.MediaHost/Models/package-lock.json"], cancellationToken));

    /// <summary>Adds the components of a tar archive.</summary>
    public async Task ReadAsync(Stream archive, CancellationToken cancellationToken)
    {
        var debian = new List<string>();
        await using var reader = new TarReader(archive);
        while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            var path = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
            if (Runtime().Match(path) is { Success: true } runtime)
                AddRuntime(runtime.Groups["name"].Value, runtime.Groups["version"].Value);
            if (path.Split("/mediahost/") is [_, var hostFile])
                _mediaHostFiles.UnionWith(hostFile.Split('/'));
            if (entry.DataStream is not { } content)
                continue;
            if (path.EndsWith(".deps.json", StringComparison.Ordinal))
                AddNuGetPackages(await ReadTextAsync(content, cancellationToken));
            else if (path.EndsWith("/libonnxruntime.so", StringComparison.Ordinal))
                AddOnnxRuntime(await ReadBytesAsync(content, cancellationToken));
            else if (path == DebianStatus || path.StartsWith($"{DebianStatus}.d/", StringComparison.Ordinal))
                debian.AddRange((await ReadTextAsync(content, cancellationToken)).Split("\n\n"));
            else if (path == "usr/lib/os-release")
                _debianVersion = OsVersion().Match(await ReadTextAsync(content, cancellationToken)).Groups["version"].Value;
        }

        foreach (var fields in debian)
            AddDebianPackage(fields);
        AddMediaHost();
        if (_mediaHostFiles.Contains("models"))
            AddModels();
    }

    /// <summary>Adds a Debian package that the file system does not hold and needs.</summary>
    /// <param name="dependency">Name, or names with <c>|</c> between them where Debian 12 and 13 differ.</param>
    public void AddDependency(string dependency)
    {
        foreach (var name in dependency.Split('|', StringSplitOptions.TrimEntries))
            Add(Create(name, version: null, $"pkg:deb/debian/{Uri.EscapeDataString(name)}"));
    }

    /// <summary>Writes the document.</summary>
    /// <param name="type"><c>application</c> or <c>container</c>.</param>
    public string Write(string name, string version, string type) => new JsonObject
    {
        ["bomFormat"] = "CycloneDX",
        ["specVersion"] = "1.5",
        ["serialNumber"] = $"urn:uuid:{Guid.NewGuid()}",
        ["version"] = 1,
        ["metadata"] = new JsonObject { ["component"] = new JsonObject { ["type"] = type, ["name"] = name, ["version"] = version } },
        ["components"] = new JsonArray([.. _components.Values]),
    }.ToJsonString(new() { WriteIndented = true });

    private static JsonObject Create(string name, string? version, string url, string? algorithm = null, byte[]? hash = null)
    {
        var component = new JsonObject { ["type"] = "library", ["bom-ref"] = url, ["name"] = name };
        if (version is not null)
            component["version"] = version;
        if (hash is not null)
            component["hashes"] = new JsonArray(new JsonObject { ["alg"] = algorithm, ["content"] = Convert.ToHexStringLower(hash) });
        component["purl"] = url;
        return component;
    }

    private static async Task<string> ReadTextAsync(Stream content, CancellationToken cancellationToken) =>
        Encoding.UTF8.GetString(await ReadBytesAsync(content, cancellationToken));

    private static async Task<byte[]> ReadBytesAsync(Stream content, CancellationToken cancellationToken)
    {
        using var memory = new MemoryStream();
        await content.CopyToAsync(memory, cancellationToken);
        return memory.ToArray();
    }

    /// <summary>Reads a hash as NuGet and npm write it; null if there is none.</summary>
    private static byte[]? ReadHash(JsonNode? text) =>
        (string?)text is { } hash && hash.StartsWith(HashPrefix, StringComparison.Ordinal)
            ? Convert.FromBase64String(hash[HashPrefix.Length..])
            : null;

    private void Add(JsonObject component) => _components.TryAdd((string)component["purl"]!, component);

    private void AddNuGetPackages(string dependencies)
    {
        foreach (var (key, library) in JsonNode.Parse(dependencies)!["libraries"]!.AsObject())
        {
            if ((string?)library!["type"] != "package" || key.Split('/') is not [var name, var version])
                continue;
            Add(Create(name, version, $"pkg:nuget/{name}@{version}", "SHA-512", ReadHash(library["sha512"])));
        }
    }

    /// <summary>Adds a shared framework of .NET under the name of its NuGet package, by which its vulnerabilities are published.</summary>
    private void AddRuntime(string name, string version)
    {
        var package = $"{name}.Runtime.{DebianArchive.Platform}";
        Add(Create(package, version, $"pkg:nuget/{package}@{version}"));
    }

    /// <summary>Adds the packages of the media host whose library is present, or whose platform has a folder.</summary>
    private void AddMediaHost()
    {
        var targets = JsonNode.Parse(mediaHost)!["dependencies"]!.AsObject();
        foreach (var (name, package) in targets.SelectMany(target => target.Value!.AsObject()))
        {
            // The native library is not part of every media host that has the binding.
            var file = name == $"{OnnxRuntime}.Managed" ? OnnxRuntime : name;
            var isPresent = _mediaHostFiles.Contains($"{file}.dll") || _mediaHostFiles.Contains(name.Split(".Native.")[^1]);
            if (!isPresent || name == OnnxRuntime)
                continue;
            var (version, hash) = ((string)package!["resolved"]!, Convert.FromBase64String((string)package["contentHash"]!));
            Add(Create(name, version, $"pkg:nuget/{name}@{version}", "SHA-512", hash));
        }
    }

    /// <summary>Adds the native library, which is copied out of its NuGet package, by the version of its symbols.</summary>
    private void AddOnnxRuntime(byte[] library)
    {
        var version = OnnxVersion().Match(Encoding.Latin1.GetString(library)).Groups["version"].Value;
        Add(Create(OnnxRuntime, version, $"pkg:nuget/{OnnxRuntime}@{version}", "SHA-256", SHA256.HashData(library)));
    }

    private void AddModels()
    {
        const string Folder = "node_modules/";
        foreach (var (key, package) in JsonNode.Parse(models)!["packages"]!.AsObject())
        {
            if (!key.StartsWith(Folder, StringComparison.Ordinal))
                continue;
            var (name, version) = (key[Folder.Length..], (string)package!["version"]!);
            var url = $"pkg:npm/{name.Replace("@", "%40", StringComparison.Ordinal)}@{version}";
            Add(Create(name, version, url, "SHA-512", ReadHash(package["integrity"])));
        }
    }

    /// <summary>Adds a package by its fields in dpkg's list. The source package, which advisories name, is its <c>upstream</c>.</summary>
    private void AddDebianPackage(string fields)
    {
        string? Find(string field) => fields.Split('\n')
            .FirstOrDefault(line => line.StartsWith($"{field}: ", StringComparison.Ordinal))?[(field.Length + 2)..].Split(' ')[0];
        if (Find("Package") is not { } name || Find("Version") is not { } version)
            return;
        var url = string.Create(
            CultureInfo.InvariantCulture,
            $"pkg:deb/debian/{Uri.EscapeDataString(name)}@{Uri.EscapeDataString(version)}?arch={Find("Architecture")}");
        if (_debianVersion is { Length: > 0 })
            url += $"&distro=debian-{_debianVersion}";
        if (Find("Source") is { } source)
            url += $"&upstream={Uri.EscapeDataString(source)}";
        Add(Create(name, version, url));
    }

    [GeneratedRegex(
        "/dotnet/shared/(?<name>Microsoft\\.[^/]+)/(?<version>[^/]+)/", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Runtime();

    [GeneratedRegex("VERS_(?<version>[0-9]+\\.[0-9]+\\.[0-9]+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex OnnxVersion();

    [GeneratedRegex(
        "^VERSION_ID=\"?(?<version>[0-9.]+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex OsVersion();
}
