using System.ComponentModel.DataAnnotations;

namespace MangaMotion.VideoPipeline.Providers;

/// <summary>Section <c>Claude</c>: who writes the lines where <c>ANTHROPIC_API_KEY</c> is set.</summary>
internal sealed class ClaudeOptions : IValidatableObject
{
    public const string Section = "Claude";

    /// <summary>The one place where the key comes from; it is in no option, so that nothing prints it.</summary>
    public const string KeyVariable = "ANTHROPIC_API_KEY";

    [Required]
    public string Model { get; set; } = "claude-sonnet-5-5";

    /// <summary>URL of the API; unset takes the provider's.</summary>
    public string? BaseUrl { get; set; }

    /// <summary>Time for one request, answered or not.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Time for one request with all its retries; then the script goes on without it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>Further attempts after 408, 409, 429, 5xx and lost connections; <c>Retry-After</c> is honoured.</summary>
    [Range(0, 10)]
    public int MaxRetries { get; set; } = 3;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (BaseUrl is { } url && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            yield return new ValidationResult("must be an http or https URL.", [nameof(BaseUrl)]);
    }
}
