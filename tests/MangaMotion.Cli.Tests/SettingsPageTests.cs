using MangaMotion.Cli.Local;

namespace MangaMotion.Cli.Tests;

public sealed class SettingsPageTests
{
    private readonly SettingsPage _settings = SettingsPage.Read(Clone.Find());

    [Theory]
    [InlineData("Jobs__Lease", true)]
    [InlineData("jobs__lease", true)]
    [InlineData("MAX_RETRY_ATTEMPTS", true)]
    [InlineData("PGPASSWORD", true)]
    [InlineData("PATH", false)]
    [InlineData("Jobs__Nonsense", false)]
    public void A_variable_is_a_setting_if_the_page_names_it(string variable, bool isSetting) =>
        _settings.Contains(variable).ShouldBe(isSetting);

    [Fact]
    public void Every_setting_has_its_default() => _settings.All.ShouldContain(("Jobs__Lease", "00:00:30"));

    [Theory]
    [InlineData("ConnectionStrings__Postgres", "(hidden)")]
    [InlineData("PGPASSWORD", "(hidden)")]
    [InlineData("S3_SECRET_KEY", "(hidden)")]
    [InlineData("MANGAMOTION_API_KEY", "(hidden)")]
    [InlineData("Storage__S3__AccessKey", "(hidden)")]
    [InlineData("Jobs__Lease", "text")]
    public void Secrets_are_hidden(string variable, string shown) => SettingsPage.Show(variable, "text").ShouldBe(shown);
}
