using MangaMotion.Storage;

namespace MangaMotion.Ingest.Accepting.Uploads;

/// <summary>Reads objects one after the other as one stream. Only one is open at a time.</summary>
/// <exception cref="ObjectNotFoundException">An object is missing.</exception>
internal sealed class PartStream(IObjectStore store, IReadOnlyList<UploadPart> parts) : ForwardStream
{
    private ObjectContent? _open;
    private int _next;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_open is null)
            {
                if (_next == parts.Count)
                    return 0;
                _open = await store.GetAsync(parts[_next].Key, range: null, cancellationToken);
                _next++;
            }

            var read = await _open.Stream.ReadAsync(buffer, cancellationToken);
            if (read > 0 || buffer.IsEmpty)
                return read;
            await CloseAsync();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await base.DisposeAsync();
    }

    private async ValueTask CloseAsync()
    {
        if (_open is { } open)
            await open.DisposeAsync();
        _open = null;
    }
}
