using System.Diagnostics.CodeAnalysis;
using RabbitMQ.Client;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>Where the broker is, and as whom. Its text is <c>host:port</c>; the credentials never leave it.</summary>
public sealed class BrokerAddress
{
    private readonly ConnectionFactory _parsed;

    private BrokerAddress(ConnectionFactory parsed) => _parsed = parsed;

    public string Host => _parsed.HostName;

    public int Port => _parsed.Endpoint.Port;

    public string VirtualHost => _parsed.VirtualHost;

    internal string UserName => _parsed.UserName;

    internal string Password => _parsed.Password;

    internal bool Tls => _parsed.Ssl.Enabled;

    /// <summary>Reads <c>amqp[s]://user:password@host:port/vhost</c>.</summary>
    /// <param name="problem">What is wrong with it; never contains the URI.</param>
    public static bool TryParse(string? uri, [NotNullWhen(true)] out BrokerAddress? address, [NotNullWhen(false)] out string? problem)
    {
        (address, problem) = (null, "must be a URI such as amqp://user:password@host:5672/vhost (or amqps://…).");
        if (!Uri.TryCreate(uri, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("amqp" or "amqps") || parsed.Host.Length == 0)
            return false;
        try
        {
            address = new BrokerAddress(new ConnectionFactory { Uri = parsed });
            problem = null;
            return true;
        }
        catch (ArgumentException)
        {
            // The path has more than one segment.
            problem = "must name one virtual host after the port; write a slash within its name as %2F.";
            return false;
        }
    }

    /// <summary>A factory for a plain connection beside MassTransit's.</summary>
    internal ConnectionFactory CreateFactory(string connectionName) => new()
    {
        HostName = Host,
        Port = Port,
        VirtualHost = VirtualHost,
        UserName = UserName,
        Password = Password,
        Ssl = new SslOption(Host, enabled: Tls),
        ClientProvidedName = connectionName,
        AutomaticRecoveryEnabled = false,
        RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
        ContinuationTimeout = TimeSpan.FromSeconds(5),
        RequestedHeartbeat = TimeSpan.FromSeconds(10),
    };

    public override string ToString() => $"{Host}:{Port}";
}
