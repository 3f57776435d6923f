using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MangaMotion.Ingest.Accepting.Idempotency;

/// <summary>What a request says, as one hash, gathered while it is read: the operation, then its parts in order.</summary>
public sealed class Fingerprint : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public Fingerprint(string operation) => Add(operation);

    /// <summary>Adds one part. Lengths go in with the texts, so that no two requests run together into one.</summary>
    public void Add(params ReadOnlySpan<string> texts)
    {
        Span<byte> length = stackalloc byte[4];
        foreach (var text in texts)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            _hash.AppendData(length);
            _hash.AppendData(bytes);
        }
    }

    public override string ToString() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public void Dispose() => _hash.Dispose();
}
