using System.Net.Sockets;
using MangaMotion.LocalStack.Processes;

namespace MangaMotion.LocalStack;

/// <summary>Erlang's port mapper, by which the nodes of a RabbitMQ cluster find each other. Any node may end without ending it.</summary>
public sealed class EpmdServer : LocalServer
{
    internal const string ServerName = "rabbitmq-epmd";

    private readonly LocalProcess _process;

    internal EpmdServer(StackFolder folder) : base(ServerName, folder) => _process = new LocalProcess(folder, Name);

    protected override IReadOnlyList<LocalProcess> Processes => [_process];

    protected override Task LaunchAsync(CancellationToken cancellationToken)
    {
        _process.Start(new ProcessLaunch
        {
            FileName = "epmd",
            Arguments = ["-address", "127.0.0.1", "-port", $"{Folder.Ports.Reserve(Name)}"],
            Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" },
            WorkingDirectory = "/",
            User = "rabbitmq",
        });
        return Task.CompletedTask;
    }

    protected override async Task ProbeAsync(CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", Port, cancellationToken);
    }
}
