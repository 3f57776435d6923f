using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>
/// Memory for the server's connections in blocks of 32 KiB, which is how much of an upload is then read at a time: with the
/// server's own, of 4 KiB, reading took longer than hashing and writing. A connection that waits for its caller holds none.
/// </summary>
internal sealed class LargeBlocks : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    private const int BlockSize = 32 << 10;

    public override int MaxBufferSize => Shared.MaxBufferSize;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => Shared.Rent(Math.Max(minBufferSize, BlockSize));

    protected override void Dispose(bool disposing)
    {
        // The shared pool outlives everybody.
    }
}
