using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using MangaMotion.RecordStore.Reading;
using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Reading.Records;

/// <summary>Where a list of records goes on, opaque to callers. It opens nothing: whose records are read follows from the key.</summary>
internal static class RecordPageToken
{
    private const int Length = 16;

    public static string Write(RecordPosition position)
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, position.Load);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], position.Number);
        return Base64Url.EncodeToString(bytes);
    }

    public static RecordPosition Read(string? token)
    {
        if (string.IsNullOrEmpty(token))
            return RecordPosition.Start;
        Span<byte> bytes = stackalloc byte[Length];
        return Base64Url.DecodeFromChars(token, bytes, out _, out var length) == OperationStatus.Done && length == Length
            ? new(BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes[8..]))
            : throw new ProblemException(400, "invalid_page_token", "This pageToken was not given by this list; leave it out to begin anew.");
    }
}
