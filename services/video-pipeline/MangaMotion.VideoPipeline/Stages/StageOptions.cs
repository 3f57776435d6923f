using System.ComponentModel.DataAnnotations;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline;

/// <summary>Which stages this worker takes work of, so that each can be scaled alone. Section <c>Stages</c>.</summary>
public sealed class StageOptions : IValidatableObject
{
    public const string Section = "Stages";

    /// <summary>Names of stages, separated by commas.</summary>
    public string Enabled { get; set; } = string.Join(',', Stage.All.Select(stage => stage.Name));

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var unknown = Names(Enabled).Except(Stage.All.Select(stage => stage.Name)).ToList();
        if (unknown.Count > 0 || !Names(Enabled).Any())
            yield return new($"must be one or more of {string.Join(", ", Stage.All.Select(stage => stage.Name))}, separated by commas.", [nameof(Enabled)]);
    }

    internal static IEnumerable<string> Names(string enabled) =>
        enabled.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
