using System.Security.Cryptography;

namespace MangaMotion.Storage;

/// <summary>The stream of a put, counted, hashed and held to its <see cref="PutOptions"/> while it is read.</summary>
internal sealed class IncomingContent(string key, Stream content, PutOptions options) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Bytes read so far.</summary>
    public long Length { get; private set; }

    /// <summary>Fills the buffer; fewer bytes than it holds mean the end of the stream.</summary>
    public async ValueTask<int> FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            var read = await content.ReadAsync(buffer[filled..], cancellationToken);
            if (read == 0)
                break;

            filled += read;
            CheckLength(Length + filled);
        }

        _hash.AppendData(buffer.Span[..filled]);
        Length += filled;
        return filled;
    }

    /// <summary>To be called once at the end of the stream.</summary>
    /// <returns>The SHA-256 of all bytes in lower-case hex.</returns>
    /// <exception cref="ObjectMismatchException">The bytes are not the expected ones.</exception>
    public string Complete()
    {
        if (options.ExpectedLength is { } length && length != Length)
            throw new ObjectMismatchException(key, $"{Length} bytes came and {length} were expected");

        var sha256 = Convert.ToHexStringLower(_hash.GetHashAndReset());
        if (options.ExpectedSha256 is { } expected && !expected.Equals(sha256, StringComparison.OrdinalIgnoreCase))
            throw new ObjectMismatchException(key, $"its SHA-256 is {sha256} and {expected} was expected");

        return sha256;
    }

    public void Dispose() => _hash.Dispose();

    private void CheckLength(long length)
    {
        if (length > options.MaxLength)
            throw new ObjectTooLargeException(key, options.MaxLength.Value);
        if (length > options.ExpectedLength)
            throw new ObjectMismatchException(key, $"more than the expected {options.ExpectedLength} bytes came");
    }
}
