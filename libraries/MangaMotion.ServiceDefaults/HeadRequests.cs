using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace MangaMotion.ServiceDefaults;

/// <summary>
/// Answers <c>HEAD</c> for every <c>GET</c> (RFC 9110, 9.3.2). Routing sees <c>GET</c>; the endpoint sees <c>HEAD</c> again, so that an
/// endpoint that streams a file reads none of it. The written body is counted for <c>Content-Length</c> and dropped.
/// </summary>
internal static class HeadRequests
{
    /// <summary>Adds routing; call it instead of <c>UseRouting</c>.</summary>
    public static void UseRoutingWithHead(this WebApplication app)
    {
        app.Use(RouteAsGet);
        app.UseRouting();
        app.Use(AnswerAsync);
    }

    private static Task RouteAsGet(HttpContext context, RequestDelegate next)
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Request.Method = HttpMethods.Get;
            context.Items[typeof(HeadRequests)] = true;
        }

        return next(context);
    }

    private static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        if (!context.Items.ContainsKey(typeof(HeadRequests)))
        {
            await next(context);
            return;
        }

        var response = context.Response;
        var body = response.Body;
        var counted = new CountingStream();
        context.Request.Method = HttpMethods.Head;
        response.Body = counted;
        try
        {
            await next(context);
            await response.BodyWriter.FlushAsync(context.RequestAborted);
        }
        finally
        {
            response.Body = body;
        }

        if (!response.HasStarted && response.ContentLength is null && counted.Length > 0)
            response.ContentLength = counted.Length;
    }

    /// <summary>Counts the written bytes and keeps none.</summary>
    private sealed class CountingStream : Stream
    {
        private long _length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position
        {
            get => _length;
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => _length += count;

        public override void Write(ReadOnlySpan<byte> buffer) => _length += buffer.Length;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _length += buffer.Length;
            return ValueTask.CompletedTask;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            _length += count;
            return Task.CompletedTask;
        }

        public override void Flush()
        {
            // Nothing is kept.
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
