using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MangaMotion.Ingest.Accepting.Idempotency;

/// <summary>Hash of a request, computed while it is read: the operation, then its parts in order.</summary>
public sealed class Fingerprint : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public Fingerprint(string operation) => Add(operation);

    /// <summary>Adds the texts of one part, each after its length, so that different parts cannot add up to the same bytes.</summary>
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
