using System.Security.Cryptography;

namespace MangaMotion.Storage;

/// <summary>Stream of a put that counts, hashes and checks its bytes against <see cref="PutOptions"/> while it is read.</summary>
internal sealed class IncomingContent(string key, Stream content, PutOptions options) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Bytes read so far.</summary>
    public long Length { get; private set; }

    /// <summary>Fills the buffer. A result below its length means the end of the stream.</summary>
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

    /// <summary>Checks length and SHA-256. Called once, at the end of the stream.</summary>
    /// <returns>The SHA-256 of all bytes in lower-case hex.</returns>
    /// <exception cref="ObjectMismatchException">The bytes do not have the expected length or SHA-256.</exception>
    public string Complete()
    {
        if (options.ExpectedLength is { } length && length != Length)
            throw new ObjectMismatchException(key, $"{Length} bytes received, {length} expected");

        var sha256 = Convert.ToHexStringLower(_hash.GetHashAndReset());
        if (options.ExpectedSha256 is { } expected && !expected.Equals(sha256, StringComparison.OrdinalIgnoreCase))
            throw new ObjectMismatchException(key, $"its SHA-256 is {sha256}, {expected} expected");

        return sha256;
    }

    public void Dispose() => _hash.Dispose();

    private void CheckLength(long length)
    {
        if (length > options.MaxLength)
            throw new ObjectTooLargeException(key, options.MaxLength.Value);
        if (length > options.ExpectedLength)
            throw new ObjectMismatchException(key, $"more than the expected {options.ExpectedLength} bytes received");
    }
}
