using System.Net;
using System.Net.Sockets;

namespace MangaMotion.TestSupport;

/// <summary>Ports of 127.0.0.1.</summary>
public static class Loopback
{
    /// <summary>Finds a port on which nothing listens.</summary>
    public static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
