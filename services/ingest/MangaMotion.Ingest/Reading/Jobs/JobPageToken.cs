using System.Buffers.Text;
using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Reading.Jobs;

/// <summary>Where a list of jobs goes on: below this id. Opaque to callers.</summary>
internal static class JobPageToken
{
    public static string Write(Guid last) => Base64Url.EncodeToString(last.ToByteArray(bigEndian: true));

    /// <summary>The highest id there is for the beginning.</summary>
    public static Guid Read(string? token)
    {
        if (string.IsNullOrEmpty(token))
            return Guid.AllBitsSet;
        Span<byte> bytes = stackalloc byte[16];
        return Base64Url.IsValid(token, out var length) && length == bytes.Length && Base64Url.TryDecodeFromChars(token, bytes, out _)
            ? new(bytes, bigEndian: true)
            : throw new ProblemException(400, "invalid_page_token", "This pageToken was not given by this API; leave it out to begin anew.");
    }
}
