using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MangaMotion.ServiceDefaults.Problems;

namespace MangaMotion.Ingest.Accepting.Uploads;

/// <summary>Headers of tus 1.0, the protocol of resumable uploads (https://tus.io/protocols/resumable-upload).</summary>
internal static class TusHeaders
{
    public const string Version = "1.0.0";
    public const string Extensions = "creation,expiration,checksum,termination";
    public const string ChecksumAlgorithms = "sha1,sha256";
    public const string ContentType = "application/offset+octet-stream";

    public const string Resumable = "Tus-Resumable";
    public const string SupportedVersions = "Tus-Version";
    public const string SupportedExtensions = "Tus-Extension";
    public const string MaxSize = "Tus-Max-Size";
    public const string SupportedAlgorithms = "Tus-Checksum-Algorithm";
    public const string Offset = "Upload-Offset";
    public const string Length = "Upload-Length";
    public const string Metadata = "Upload-Metadata";
    public const string Expires = "Upload-Expires";
    public const string Checksum = "Upload-Checksum";
    public const string MethodOverride = "X-HTTP-Method-Override";

    /// <summary>Headers of answers that a script of another origin may read.</summary>
    public static readonly string[] OfAnswers =
        [Resumable, SupportedVersions, SupportedExtensions, MaxSize, SupportedAlgorithms, Offset, Length, Metadata, Expires];

    private const int MaxMetadataLength = 4_096;

    /// <summary>Reads a header that is a number of bytes.</summary>
    /// <exception cref="ProblemException">400: the header is missing or no such number.</exception>
    public static long ReadBytes(IHeaderDictionary headers, string name) =>
        long.TryParse(headers[name].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            ? bytes
            : throw Invalid(name, "a number of bytes");

    /// <summary>Reads <c>Upload-Metadata</c>: pairs of a key and a value in base64, separated by commas. A value can be missing.</summary>
    /// <exception cref="ProblemException">400: the header is malformed or too long.</exception>
    public static Dictionary<string, string> ReadMetadata(string header)
    {
        const string Shape = "'key base64' pairs with distinct keys, separated by commas, of UTF-8 texts and at most 4,096 characters";
        if (header.Length > MaxMetadataLength)
            throw Invalid(Metadata, Shape);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = pair.Split(' ') switch
            {
                [var only] => (only, ""),
                [var first, var second] => (first, second),
                _ => throw Invalid(Metadata, Shape),
            };
            if (DecodeBase64(value) is not { } bytes || DecodeText(bytes) is not { } text || !metadata.TryAdd(key, text))
                throw Invalid(Metadata, Shape);
        }

        return metadata;
    }

    /// <summary>Reads <c>Upload-Checksum</c>: an algorithm and a digest in base64.</summary>
    /// <returns>Null without the header.</returns>
    /// <exception cref="ProblemException">400: the header is malformed, or the algorithm is not supported.</exception>
    public static (IncrementalHash Hash, byte[] Expected)? ReadChecksum(IHeaderDictionary headers)
    {
        if (headers[Checksum].ToString() is not { Length: > 0 } header)
            return null;
        var hash = header.Split(' ') switch
        {
            ["sha1", _] => IncrementalHash.CreateHash(HashAlgorithmName.SHA1),
            ["sha256", _] => IncrementalHash.CreateHash(HashAlgorithmName.SHA256),
            _ => throw Invalid(Checksum, $"an algorithm ({ChecksumAlgorithms}) and a digest in base64"),
        };
        return DecodeBase64(header.Split(' ')[1]) is { } digest && digest.Length == hash.HashLengthInBytes
            ? (hash, digest)
            : throw Invalid(Checksum, $"an algorithm ({ChecksumAlgorithms}) and a digest in base64");
    }

    private static byte[]? DecodeBase64(string text)
    {
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }

    private static string? DecodeText(byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static ProblemException Invalid(string header, string rule) =>
        new(400, "invalid_header", $"The header {header} must be {rule}.");
}
