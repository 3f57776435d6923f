using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>
/// Memory of the server's connections, in blocks of 32 KiB instead of the server's 4 KiB. The server reads one block of an upload at a
/// time; with its own blocks, reading took longer than hashing and writing. A connection without incoming data holds no block.
/// </summary>
internal sealed class RequestMemoryPool : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    private const int BlockSize = 32 << 10;

    public override int MaxBufferSize => Shared.MaxBufferSize;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => Shared.Rent(Math.Max(minBufferSize, BlockSize));

    protected override void Dispose(bool disposing)
    {
        // The shared pool is used by others and stays.
    }
}
