using RabbitMQ.Client;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>A small connection beside MassTransit's, for asking the broker: opened on demand, opened anew when it broke.</summary>
internal sealed class BrokerConnection(BrokerAddress broker, ServiceIdentity identity) : IAsyncDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private IConnection? _connection;

    public async Task<IChannel> OpenChannelAsync(CancellationToken cancellationToken)
    {
        var connection = _connection is { IsOpen: true } open ? open : await ConnectAsync(cancellationToken);
        return await connection.CreateChannelAsync(cancellationToken: cancellationToken);
    }

    private async Task<IConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_connection is { IsOpen: true } open)
                return open;
            if (Interlocked.Exchange(ref _connection, null) is { } broken)
                await broken.DisposeAsync();
            _connection = await broker.CreateFactory($"{identity.WorkerId} queries").CreateConnectionAsync(cancellationToken);
            return _connection;
        }
        finally
        {
            _opening.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        _opening.Dispose();
    }
}
