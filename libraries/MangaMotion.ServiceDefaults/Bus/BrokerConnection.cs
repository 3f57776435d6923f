using RabbitMQ.Client;

namespace MangaMotion.ServiceDefaults.Bus;

/// <summary>Connection for queries to the broker, beside that of MassTransit. It is opened on demand, and again after it broke.</summary>
internal sealed class BrokerConnection(BrokerAddress broker, ServiceIdentity identity) : IAsyncDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private IConnection? _connection;

    public async Task<IChannel> OpenChannelAsync(CancellationToken cancellationToken)
    {
        var connection = _connection is { IsOpen: true } open ? open : await ConnectAsync(cancellationToken);
        try
        {
            return await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        }
        catch (OperationCanceledException) when (broker.Nodes.Count > 1)
        {
            // The node is frozen, which its connection notices only after three heartbeats. Another node may answer.
            if (Interlocked.CompareExchange(ref _connection, null, connection) == connection)
                _ = Task.Run(connection.DisposeAsync, CancellationToken.None);
            throw;
        }
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
            _connection = await broker.ConnectAsync($"{identity.WorkerId} queries", cancellationToken);
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
