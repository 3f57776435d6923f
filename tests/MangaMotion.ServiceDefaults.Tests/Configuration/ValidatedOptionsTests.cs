using System.ComponentModel.DataAnnotations;
using MangaMotion.ServiceDefaults.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MangaMotion.ServiceDefaults.Tests.Configuration;

public sealed class ValidatedOptionsTests
{
    [Fact]
    public void Valid_settings_have_no_problem() =>
        Problems(("Retry:MaxAttempts", "3"), ("Retry:Nested:SecretKey", "abcdef")).ShouldBeEmpty();

    [Fact]
    public void A_problem_names_the_setting_its_plain_name_the_value_and_the_range() =>
        Problems(("Retry:MaxAttempts", "0"), ("Retry:Nested:SecretKey", "abcdef"))
            .ShouldBe(["Retry__MaxAttempts (or MAX_RETRY_ATTEMPTS, MAX_RETRIES) is '0': must be from 1 to 100."]);

    [Fact]
    public void A_value_of_the_wrong_type_is_named() =>
        Problems(("Retry:Delay", "soon"), ("Retry:Nested:SecretKey", "abcdef"))
            .ShouldBe(["Retry__Delay (or RETRY_DELAY_SECONDS) is 'soon': must be a time span such as 00:00:05 (hours:minutes:seconds)."]);

    [Fact]
    public void A_missing_nested_option_is_named() =>
        Problems().ShouldBe(["Retry__Nested__SecretKey is not set: a value is needed."]);

    [Fact]
    public void The_value_of_a_secret_is_not_shown() =>
        Problems(("Retry:Nested:SecretKey", "abc")).ShouldHaveSingleItem()
            .ShouldStartWith("Retry__Nested__SecretKey is set (its value is not shown): ");

    [Fact]
    public void A_rule_over_several_settings_is_reported_with_its_message() =>
        Problems(("Retry:Delay", "01:00:00"), ("Retry:Nested:SecretKey", "abcdef"))
            .ShouldBe(["Retry__Delay (or RETRY_DELAY_SECONDS): is longer than MaxDelay."]);

    [Fact]
    public void All_problems_of_all_sections_are_reported_together()
    {
        var problems = Problems(("Retry:MaxAttempts", "101"), ("Retry:Nested:SecretKey", "abcdef"), ("Other:Count", "many"));

        problems.Count.ShouldBe(2);
        problems.ShouldContain(problem => problem.StartsWith("Retry__MaxAttempts"));
        problems.ShouldContain("Other__Count is 'many': must be a whole number.");
    }

    private static IReadOnlyList<string> Problems(params (string Key, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(x => KeyValuePair.Create(x.Key, (string?)x.Value)))
            .Build());
        services.AddValidatedOptions<SampleOptions>("Retry");
        services.AddValidatedOptions<OtherOptions>("Other");
        using var provider = services.BuildServiceProvider();
        return SettingsCheck.FindProblems(provider);
    }

    private sealed class SampleOptions : IValidatableObject
    {
        [Range(1, 100)]
        public int MaxAttempts { get; set; } = 3;

        public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(5);

        public NestedOptions Nested { get; set; } = new();

        public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
        {
            if (Delay > TimeSpan.FromMinutes(5))
                yield return new("is longer than MaxDelay.", [nameof(Delay)]);
        }
    }

    private sealed class NestedOptions
    {
        [Required]
        [MinLength(5)]
        public string? SecretKey { get; set; }
    }

    private sealed class OtherOptions
    {
        public int Count { get; set; }
    }
}
