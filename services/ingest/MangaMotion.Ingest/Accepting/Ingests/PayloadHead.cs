namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>Checks the first bytes of a payload, so that content that cannot be JSON records is rejected with the request.</summary>
internal static class PayloadHead
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Finds an error in the first bytes.</summary>
    /// <returns>The error as a text that follows "The payload"; null without one.</returns>
    public static string? FindError(ReadOnlySpan<byte> head)
    {
        // A zero byte is in no JSON text of UTF-8, and among the first four bytes of every JSON text of UTF-16 or UTF-32.
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])
            || head[..Math.Min(4, head.Length)].Contains((byte)0))
            return "is not UTF-8 but UTF-16 or UTF-32; send it as UTF-8";
        if (head.StartsWith(ByteOrderMark))
            head = head[ByteOrderMark.Length..];
        if (head.IsEmpty)
            return "is empty; send a JSON array of records, one object, or an object on each line";
        return head.TrimStart(" \t\r\n"u8) is [not ((byte)'[' or (byte)'{'), ..]
            ? "begins neither with '[' nor with '{'; send a JSON array of records, one object, or an object on each line"
            : null;
    }
}
