namespace MangaMotion.Ingest.Accepting.Idempotency;

/// <summary>An answer that can be kept and given again, byte by byte.</summary>
/// <param name="Location">Of the resource that was made.</param>
/// <param name="ResourceId">Its id.</param>
public sealed record JsonAnswer(int Status, string Location, string Json, Guid ResourceId) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Status;
        httpContext.Response.Headers.Location = Location;
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        return httpContext.Response.WriteAsync(Json, httpContext.RequestAborted);
    }
}
