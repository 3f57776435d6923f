using System.Text;

namespace MangaMotion.Records.Tests;

/// <summary>NDJSON payload created while it is read, with ids from 0.</summary>
/// <param name="records">Number of records.</param>
internal sealed class PatternedPayload(int records) : Stream
{
    private const int LinesPerBlock = 500;

    private byte[] _lines = [];
    private int _used;
    private int _next;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (_used == _lines.Length)
            (_lines, _used) = (CreateLines(), 0);

        var length = Math.Min(buffer.Length, _lines.Length - _used);
        _lines.AsSpan(_used, length).CopyTo(buffer);
        _used += length;
        return length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.FromResult(Read(buffer.AsSpan(offset, count)));

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    private byte[] CreateLines()
    {
        var lines = new StringBuilder();
        for (var i = 0; i < LinesPerBlock && _next < records; i++, _next++)
        {
            lines.Append($$"""{"id":{{_next}},"name":"name {{_next}}","price":{{_next % 1000}}.25,"sold":""")
                .Append($$"""{{(_next % 2 == 0 ? "true" : "false")}},"at":"2027-01-31T18:00:{{_next % 60:00}}Z"}""").Append('\n');
        }

        return Encoding.UTF8.GetBytes(lines.ToString());
    }
}
