using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using RabbitMQ.Client;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>
/// Addresses of the broker's nodes, with one virtual host and one account. <see cref="ToString"/> is <c>host:port</c> of each; it never
/// contains the credentials.
/// </summary>
public sealed partial class BrokerAddress
{
    private readonly ConnectionFactory[] _nodes;

    private BrokerAddress(ConnectionFactory[] nodes) => _nodes = nodes;

    /// <summary>Host of the first node.</summary>
    public string Host => _nodes[0].HostName;

    /// <summary>Port of the first node.</summary>
    public int Port => _nodes[0].Endpoint.Port;

    public string VirtualHost => _nodes[0].VirtualHost;

    /// <summary>Each node as <c>host:port</c>, in the given order.</summary>
    internal IReadOnlyList<string> Nodes => [.. _nodes.Select(node => $"{node.HostName}:{node.Endpoint.Port}")];

    internal string UserName => _nodes[0].UserName;

    internal string Password => _nodes[0].Password;

    internal bool Tls => _nodes[0].Ssl.Enabled;

    /// <summary>Reads <c>amqp[s]://user:password@host:port/vhost</c>, or with several nodes <c>…@host:port,host:port/vhost</c>.</summary>
    /// <param name="problem">The error as a text that follows the name of the setting; it does not contain the URI.</param>
    public static bool TryParse(
        string? uri, [NotNullWhen(true)] out BrokerAddress? address, [NotNullWhen(false)] out string? problem)
    {
        (address, problem) = (null, "must be a URI such as amqp://user:password@host:5672/vhost (or amqps://…).");
        var parts = Parts().Match(uri ?? "");
        if (!parts.Success)
            return false;
        var nodes = new List<ConnectionFactory>();
        foreach (var host in parts.Groups["hosts"].Value.Split(','))
        {
            if (!Uri.TryCreate($"{parts.Groups["account"]}{host}{parts.Groups["path"]}", UriKind.Absolute, out var node)
                || node.Host.Length == 0)
            {
                return false;
            }

            try
            {
                nodes.Add(new ConnectionFactory { Uri = node });
            }
            catch (ArgumentException)
            {
                // The path has more than one segment.
                problem = "must name one virtual host after the port; write a slash within its name as %2F.";
                return false;
            }
        }

        (address, problem) = (new BrokerAddress([.. nodes]), null);
        return true;
    }

    /// <summary>Opens a plain connection beside that of MassTransit, to any node that answers within 5 s.</summary>
    internal Task<IConnection> ConnectAsync(string connectionName, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory
        {
            VirtualHost = VirtualHost,
            UserName = UserName,
            Password = Password,
            ClientProvidedName = connectionName,
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
            ContinuationTimeout = TimeSpan.FromSeconds(5),
            RequestedHeartbeat = TimeSpan.FromSeconds(10),
        };
        var endpoints = _nodes.Select(node =>
            new AmqpTcpEndpoint(node.HostName, node.Endpoint.Port, new SslOption(node.HostName, enabled: Tls)));
        return factory.CreateConnectionAsync(endpoints, cancellationToken);
    }

    public override string ToString() => string.Join(',', Nodes);

    [GeneratedRegex(
        "^(?<account>amqps?://([^/]*@)?)(?<hosts>[^/@]+)(?<path>/.*)?$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Parts();
}
