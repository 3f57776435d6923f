using System.Net;

namespace MangaMotion.Acceptance;

/// <summary>Content that sends its first byte, and the others when <paramref name="may"/> completes.</summary>
internal sealed class SlowContent(byte[] content, Func<Task> may) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(content.AsMemory(0, 1));
        await stream.FlushAsync();
        await may();
        await stream.WriteAsync(content.AsMemory(1));
    }

    protected override bool TryComputeLength(out long length)
    {
        length = content.Length;
        return true;
    }
}
