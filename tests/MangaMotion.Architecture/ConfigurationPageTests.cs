using System.ComponentModel.DataAnnotations;
using System.Reflection;
using MangaMotion.ServiceDefaults.Configuration;

namespace MangaMotion.Architecture;

/// <summary>Agreement of <c>docs/configuration.md</c> with the code.</summary>
public sealed class ConfigurationPageTests
{
    /// <summary>Texts of the page for defaults that depend on the machine.</summary>
    private static readonly Dictionary<string, string> Calculated = new(StringComparer.Ordinal)
    {
        ["Jobs__Concurrency"] = "number of processors",
        ["Media__Hosts"] = "number of processors",
        ["Media__ScratchDirectory"] = "mangamotion-media-<user> in the temporary folder",
    };

    /// <summary>Settings without an options class, which are read where they are needed.</summary>
    private static readonly string[] Others =
        ["Logging__LogLevel__<category>", "MANGAMOTION_API_KEY", "ASPNETCORE_URLS", "ASPNETCORE_FORWARDEDHEADERS_ENABLED"];

    [Fact]
    public void Every_setting_is_on_the_page_with_its_default()
    {
        OptionSetting.All.Count.ShouldBeGreaterThan(40);

        OptionSetting.All.Select(Problem).Where(problem => problem is not null).ShouldBeEmpty();
    }

    [Fact]
    public void Every_range_is_on_the_page() =>
        OptionSetting.All
            .Where(
                setting => setting.RangeText is { } range && ConfigurationPage.Rows.TryGetValue(setting.Name, out var row)
                    && row.Allowed != range)
            .Select(setting => $"{setting.Name}: the code allows '{setting.RangeText}', the page says "
                + $"'{ConfigurationPage.Rows[setting.Name].Allowed}'")
            .ShouldBeEmpty();

    [Fact]
    public void Every_allowed_word_is_on_the_page()
    {
        foreach (var setting in OptionSetting.All)
        {
            var type = Nullable.GetUnderlyingType(setting.Property.PropertyType) ?? setting.Property.PropertyType;
            var words = type.IsEnum
                ? Enum.GetNames(type).Select(name => name.ToLowerInvariant())
                : setting.Property.GetCustomAttribute<AllowedValuesAttribute>()?.Values.Select(value => $"{value}") ?? [];
            var allowed = ConfigurationPage.Rows.TryGetValue(setting.Name, out var row) ? row.Allowed : "";
            allowed.Split(", ", StringSplitOptions.RemoveEmptyEntries).Intersect(words)
                .ShouldBe(words, ignoreOrder: true, setting.Name);
        }
    }

    [Fact]
    public void The_page_has_no_setting_that_the_code_does_not_read() =>
        ConfigurationPage.Rows.Keys.Except(OptionSetting.All.Select(setting => setting.Name)).Except(Others).ShouldBeEmpty();

    [Fact]
    public void Every_plain_name_is_on_the_page_beside_its_setting()
    {
        foreach (var plain in PlainName.All)
        {
            var setting = plain.Key.Replace(":", "__", StringComparison.Ordinal);
            ConfigurationPage.Text.ShouldContain($"| `{plain.Name}` | `{setting}` | {plain.Meaning} |");
        }
    }

    private static string? Problem(OptionSetting setting)
    {
        var expected = Calculated.GetValueOrDefault(setting.Name, setting.DefaultText);
        if (!ConfigurationPage.Rows.TryGetValue(setting.Name, out var row))
            return $"{setting.Name} (default {expected}) has no row";
        if (row.Default != expected)
            return $"{setting.Name}: the default is '{expected}', the page says '{row.Default}'";
        return row.Meaning.Length > 0 ? null : $"{setting.Name} has no meaning";
    }
}
