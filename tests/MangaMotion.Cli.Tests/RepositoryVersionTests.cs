using MangaMotion.Cli.Packaging;

namespace MangaMotion.Cli.Tests;

public sealed class RepositoryVersionTests
{
    [Theory]
    [InlineData("v1.2.3-0-g0123abc", "1.2.3")]
    [InlineData("v1.2.3-7-g0123abc", "1.2.4-dev.7")]
    public void The_version_comes_from_the_tag_and_the_commits_after_it(string description, string version) =>
        RepositoryVersion.Create(description).ShouldBe(version);

    [Theory]
    [InlineData("v1.2-0-g0123abc")]
    [InlineData("v1.2.3-rc-0-g0123abc")]
    [InlineData("v1.2.3.4-0-g0123abc")]
    public void Another_tag_is_rejected(string description) =>
        Should.Throw<CommandException>(() => RepositoryVersion.Create(description)).Message.ShouldBe(
            $"The tag in '{description}' is not a version such as v1.2.3.");
}
