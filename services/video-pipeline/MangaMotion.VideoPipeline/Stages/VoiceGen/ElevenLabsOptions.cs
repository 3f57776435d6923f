using System.ComponentModel.DataAnnotations;

namespace MangaMotion.VideoPipeline.Stages.VoiceGen;

/// <summary>Section <c>ElevenLabs</c>, used if <c>ELEVENLABS_API_KEY</c> is set.</summary>
internal sealed class ElevenLabsOptions : ProviderOptions
{
    public const string Section = "ElevenLabs";

    /// <summary>Environment variable with the key. The key is in no option, so that it is never printed.</summary>
    public const string KeyVariable = "ELEVENLABS_API_KEY";

    /// <summary>Id of the voice for videos that name none.</summary>
    [Required]
    [RegularExpression("[A-Za-z0-9]{10,40}")]
    public string Voice { get; set; } = "21m00Tcm4TlvDq8ikWAM";

    [Required]
    public string Model { get; set; } = "eleven_multilingual_v2";

    /// <summary>Time limit of one line with all its retries; after it the local voice speaks the line.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMinutes(3);
}
