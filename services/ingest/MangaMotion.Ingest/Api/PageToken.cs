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
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, position);
        return Base64Url.EncodeToString(bytes);
    }

    public static string Write(long place)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, place);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>-1 for the beginning.</summary>
    public static int Read(string? token)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        return TryRead(token, bytes) ? BinaryPrimitives.ReadInt32BigEndian(bytes) : -1;
    }

    /// <summary>Null for the beginning.</summary>
    public static long? ReadPlace(string? token)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        return TryRead(token, bytes) ? BinaryPrimitives.ReadInt64BigEndian(bytes) : null;
    }

    private static bool TryRead(string? token, Span<byte> bytes)
    {
        if (string.IsNullOrEmpty(token))
            return false;
        return Base64Url.DecodeFromChars(token, bytes, out _, out var length) == OperationStatus.Done && length == bytes.Length
            ? true
            : throw new ProblemException(400, "invalid_page_token", "This pageToken was not given by this API; leave it out to begin anew.");
    }
}
