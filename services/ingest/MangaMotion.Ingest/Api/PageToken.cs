using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Api;

/// <summary>Where a list goes on: the position after the last one shown, opaque to callers.</summary>
internal static class PageToken
{
    public static string Write(int position)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, position);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>-1 for the beginning.</summary>
    public static int Read(string? token)
    {
        if (string.IsNullOrEmpty(token))
            return -1;
        Span<byte> bytes = stackalloc byte[4];
        return Base64Url.DecodeFromChars(token, bytes, out _, out var length) == OperationStatus.Done && length == bytes.Length
            ? BinaryPrimitives.ReadInt32BigEndian(bytes)
            : throw new ProblemException(400, "invalid_page_token", "This pageToken was not given by this API; leave it out to begin anew.");
    }
}
