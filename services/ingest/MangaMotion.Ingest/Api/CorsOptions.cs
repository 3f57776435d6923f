using System.ComponentModel.DataAnnotations;

namespace MangaMotion.Ingest.Api;

/// <summary>Pages of other origins that may call the API from a browser. Section <c>Cors</c>.</summary>
public sealed class CorsOptions
{
    public const string Section = "Cors";

    /// <summary>Origins such as <c>https://example.org</c>, separated by commas; <c>*</c> for all; empty for none.</summary>
    [RegularExpression(@"\*|(https?://[^/\s,]+(\s*,\s*https?://[^/\s,]+)*)?")]
    public string Origins { get; set; } = "";
}
