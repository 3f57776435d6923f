using System.Net.NetworkInformation;
using System.Text.Json;

namespace MangaMotion.LocalStack;

/// <summary>Ports of one stack, stored in a file. A port that another process has taken is replaced.</summary>
public sealed class PortBook(string path)
{
    // Below the kernel's ephemeral range (32768 and up), so that no outgoing connection takes a port while its server is down.
    private const int FirstPort = 20_000;
    private const int EndPort = 32_000;

    private readonly Lock _lock = new();

    /// <summary>Finds the remembered port of a name; null if there is none.</summary>
    public int? Find(string name)
    {
        lock (_lock)
            return ReadPorts().TryGetValue(name, out var port) ? port : null;
    }

    /// <summary>Reserves a free port for a name: the remembered one, or a new one that is remembered.</summary>
    public int Reserve(string name)
    {
        lock (_lock)
        {
            var ports = ReadPorts();
            if (ports.TryGetValue(name, out var port) && !IsTaken(port))
                return port;

            var listening = FindListeningPorts();
            do
                port = Random.Shared.Next(FirstPort, EndPort);
            while (listening.Contains(port) || ports.ContainsValue(port));
            ports[name] = port;
            WritePorts(ports);
            return port;
        }
    }

    /// <summary>Whether a process listens on a port, on any address.</summary>
    public static bool IsTaken(int port) => FindListeningPorts().Contains(port);

    /// <summary>Deletes all remembered ports.</summary>
    internal void DeleteFile() => File.Delete(path);

    private static HashSet<int> FindListeningPorts() =>
        [.. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(x => x.Port)];

    private SortedDictionary<string, int> ReadPorts() =>
        File.Exists(path) ? JsonSerializer.Deserialize<SortedDictionary<string, int>>(File.ReadAllBytes(path)) ?? [] : [];

    private void WritePorts(SortedDictionary<string, int> ports)
    {
        var next = path + ".new";
        File.WriteAllBytes(next, JsonSerializer.SerializeToUtf8Bytes(ports));
        File.Move(next, path, overwrite: true);
    }
}
