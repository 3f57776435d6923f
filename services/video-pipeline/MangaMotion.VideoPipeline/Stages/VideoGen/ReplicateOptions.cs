using System.ComponentModel.DataAnnotations;

namespace MangaMotion.VideoPipeline.Stages.VideoGen;

/// <summary>Section <c>Replicate</c>, used if <c>REPLICATE_API_TOKEN</c> and a model are set.</summary>
internal sealed class ReplicateOptions : ProviderOptions
{
    public const string Section = "Replicate";

    /// <summary>Environment variable with the token. The token is in no option, so that it is never printed.</summary>
    public const string KeyVariable = "REPLICATE_API_TOKEN";

    /// <summary>Model that makes a video of a picture, as <c>owner/name</c>; null leaves all shots to the local camera.</summary>
    [RegularExpression("[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")]
    public string? Model { get; set; }

    /// <summary>Name of the model's input that takes the picture.</summary>
    [Required]
    public string ImageInput { get; set; } = "start_image";

    /// <summary>Text input of the model.</summary>
    public string Prompt { get; set; } =
        "Bring this comic panel to life with gentle, natural motion. Keep the drawing style, the lettering and the composition.";

    /// <summary>Time between two requests for the state of a prediction.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Time limit of one shot; after it the local camera renders the shot.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMinutes(10);
}
