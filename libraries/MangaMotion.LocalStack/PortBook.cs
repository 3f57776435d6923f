using System.Net.NetworkInformation;
using System.Text.Json;

namespace MangaMotion.LocalStack;

/// <summary>The ports of one stack: chosen free, remembered in a file, chosen anew where somebody else took one meanwhile.</summary>
public sealed class PortBook(string path)
{
    // Below the kernel's ephemeral range, so that no outgoing connection takes one while its server is down.
    private const int First = 20_000;
    private const int Last = 32_000;

    private readonly Lock _lock = new();

    /// <summary>The remembered port, or null.</summary>
    public int? Find(string name)
    {
        lock (_lock)
            return Read().TryGetValue(name, out var port) ? port : null;
    }

    /// <summary>A port nobody listens on: the remembered one if it is free, else a new one, remembered from now on.</summary>
    public int Reserve(string name)
    {
        lock (_lock)
        {
            var ports = Read();
            if (ports.TryGetValue(name, out var port) && !IsTaken(port))
                return port;

            var listening = Listening();
            do
                port = Random.Shared.Next(First, Last);
            while (listening.Contains(port) || ports.ContainsValue(port));
            ports[name] = port;
            Write(ports);
            return port;
        }
    }

    /// <summary>Whether some process listens on the port, on any address.</summary>
    public static bool IsTaken(int port) => Listening().Contains(port);

    internal void Forget() => File.Delete(path);

    private static HashSet<int> Listening() =>
        [.. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(x => x.Port)];

    private SortedDictionary<string, int> Read() =>
        File.Exists(path) ? JsonSerializer.Deserialize<SortedDictionary<string, int>>(File.ReadAllBytes(path)) ?? [] : [];

    private void Write(SortedDictionary<string, int> ports)
    {
        var next = path + ".new";
        File.WriteAllBytes(next, JsonSerializer.SerializeToUtf8Bytes(ports));
        File.Move(next, path, overwrite: true);
    }
}
