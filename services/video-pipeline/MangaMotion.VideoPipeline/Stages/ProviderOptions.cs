using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace MangaMotion.VideoPipeline.Stages;

/// <summary>Options that the HTTP clients of all providers have.</summary>
internal abstract class ProviderOptions : IValidatableObject
{
    /// <summary>Options for answers: a null where none is documented is an error, like text that is not JSON.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true };

    /// <summary>URL of the API; null for the provider's own.</summary>
    public string? BaseUrl { get; set; }

    /// <summary>Time limit of one request.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Further attempts after 408, 429, 5xx and lost connections; <c>Retry-After</c> is honoured.</summary>
    [Range(0, 10)]
    public int MaxRetries { get; set; } = 3;

    public virtual IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (BaseUrl is { } url && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            yield return new ValidationResult("must be an http or https URL.", [nameof(BaseUrl)]);
    }
}
