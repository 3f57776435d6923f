using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace MangaMotion.VideoPipeline.Providers;

/// <summary>How long a provider is waited for.</summary>
internal abstract class ProviderOptions : IValidatableObject
{
    /// <summary>How answers are read: a null where none is documented is as wrong as what is no JSON.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true };

    /// <summary>URL of the API; unset takes the provider's.</summary>
    public string? BaseUrl { get; set; }

    /// <summary>Time for one request, answered or not.</summary>
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

/// <summary>Section <c>ElevenLabs</c>: who speaks where <c>ELEVENLABS_API_KEY</c> is set.</summary>
internal sealed class ElevenLabsOptions : ProviderOptions
{
    public const string Section = "ElevenLabs";

    /// <summary>The one place where the key comes from; it is in no option, so that nothing prints it.</summary>
    public const string KeyVariable = "ELEVENLABS_API_KEY";

    /// <summary>Id of the voice that speaks where the video asks for none.</summary>
    [Required]
    [RegularExpression("[A-Za-z0-9]{10,40}")]
    public string Voice { get; set; } = "21m00Tcm4TlvDq8ikWAM";

    [Required]
    public string Model { get; set; } = "eleven_multilingual_v2";

    /// <summary>Time for one line with all its retries; then the local voice speaks it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMinutes(3);
}

/// <summary>Section <c>Replicate</c>: who films shots where <c>REPLICATE_API_TOKEN</c> and a model are set.</summary>
internal sealed class ReplicateOptions : ProviderOptions
{
    public const string Section = "Replicate";

    /// <inheritdoc cref="ElevenLabsOptions.KeyVariable"/>
    public const string KeyVariable = "REPLICATE_API_TOKEN";

    /// <summary>A model that makes a video of a picture, as <c>owner/name</c>; unset leaves all filming to our own camera.</summary>
    [RegularExpression("[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")]
    public string? Model { get; set; }

    /// <summary>Name of the model's input that takes the picture.</summary>
    [Required]
    public string ImageInput { get; set; } = "start_image";

    /// <summary>What the model is asked for.</summary>
    public string Prompt { get; set; } = "Bring this comic panel to life with gentle, natural motion. Keep the drawing style, the lettering and the composition.";

    /// <summary>Between two looks at a video that is being made.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Time for one shot; then our own camera films it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMinutes(10);
}
