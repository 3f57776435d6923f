using System.ComponentModel.DataAnnotations;

namespace MangaMotion.VideoPipeline.Stages.ScriptGen;

/// <summary>Section <c>Claude</c>, used if <c>ANTHROPIC_API_KEY</c> is set.</summary>
internal sealed class ClaudeOptions : ProviderOptions
{
    public const string Section = "Claude";

    /// <summary>Environment variable with the key. The key is in no option, so that it is never printed.</summary>
    public const string KeyVariable = "ANTHROPIC_API_KEY";

    [Required]
    public string Model { get; set; } = "claude-sonnet-5-5";

    /// <summary>Time limit of one request with all its retries; after it the lines stay as they were read.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMinutes(3);
}
