using System.ComponentModel.DataAnnotations;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Stages;

/// <summary>Section <c>Stages</c>: the stages whose parts this worker makes, so that each can be scaled alone.</summary>
public sealed class StageOptions : IValidatableObject
{
    public const string Section = "Stages";

    private static readonly string[] Known = [.. Stage.All.Select(stage => stage.Name)];

    /// <summary>Names of stages, separated by commas.</summary>
    public string Enabled { get; set; } = string.Join(',', Known);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var names = SplitNames(Enabled).ToList();
        if (names.Count == 0 || names.Except(Known).Any())
            yield return new($"must be one or more of {string.Join(", ", Known)}, separated by commas.", [nameof(Enabled)]);
    }

    internal static IEnumerable<string> SplitNames(string enabled) =>
        enabled.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
