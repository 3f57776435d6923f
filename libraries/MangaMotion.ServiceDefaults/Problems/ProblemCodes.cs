using Microsoft.AspNetCore.Http;

namespace MangaMotion.ServiceDefaults.Problems;

/// <summary>Error codes that no endpoint sets itself.</summary>
public static class ProblemCodes
{
    public const string InternalError = "internal_error";
    public const string DependencyUnavailable = "dependency_unavailable";
    public const string InvalidJson = "invalid_json";

    /// <summary>Finds the code for a status without a code.</summary>
    public static string Of(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "bad_request",
        StatusCodes.Status401Unauthorized => "unauthorized",
        StatusCodes.Status403Forbidden => "forbidden",
        StatusCodes.Status404NotFound => "not_found",
        StatusCodes.Status405MethodNotAllowed => "method_not_allowed",
        StatusCodes.Status408RequestTimeout => "request_timeout",
        StatusCodes.Status409Conflict => "conflict",
        StatusCodes.Status413PayloadTooLarge => "too_large",
        StatusCodes.Status415UnsupportedMediaType => "unsupported_media_type",
        StatusCodes.Status422UnprocessableEntity => "unprocessable",
        StatusCodes.Status429TooManyRequests => "too_many_requests",
        StatusCodes.Status503ServiceUnavailable => "unavailable",
        >= 500 => InternalError,
        _ => "bad_request",
    };
}
