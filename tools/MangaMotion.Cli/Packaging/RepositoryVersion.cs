using System.Globalization;
using System.Xml.Linq;
using MangaMotion.Cli.Local;

namespace MangaMotion.Cli.Packaging;

/// <summary>
/// Version of what a clone makes. A commit with the tag <c>v1.2.3</c> is version 1.2.3. A later commit is a preview of the next patch,
/// <c>1.2.4-dev.7</c> for seven commits. Without a tag it is a preview of the version in <c>Directory.Build.props</c>.
/// </summary>
internal static class RepositoryVersion
{
    public static async Task<string> ReadAsync(Clone clone, CancellationToken cancellationToken)
    {
        var (described, description) = await RunGitAsync(
            clone, ["describe", "--tags", "--long", "--match", "v[0-9]*"], cancellationToken);
        if (described)
            return Create(description);
        var (counted, commits) = await RunGitAsync(clone, ["rev-list", "--count", "HEAD"], cancellationToken);
        return $"{ReadPrefix(clone)}-dev.{(counted ? commits : "0")}";
    }

    /// <summary>Creates the version from the output of <c>git describe --long</c>: tag, number of later commits, commit.</summary>
    public static string Create(string description)
    {
        if (description.Split('-') is not [.. var tag, var commits, _]
            || !Version.TryParse(string.Join('-', tag).TrimStart('v'), out var version) || version.Build < 0 || version.Revision >= 0)
            throw new CommandException($"The tag in '{description}' is not a version such as v1.2.3.");
        return commits == "0"
            ? version.ToString()
            : string.Create(CultureInfo.InvariantCulture, $"{version.Major}.{version.Minor}.{version.Build + 1}-dev.{commits}");
    }

    private static string ReadPrefix(Clone clone) =>
        XDocument.Load(clone["Directory.Build.props"]).Descendants("VersionPrefix").Single().Value;

    private static async Task<(bool Succeeded, string Output)> RunGitAsync(
        Clone clone, string[] arguments, CancellationToken cancellationToken)
    {
        // A source archive has no repository.
        if (!Tool.Exists("git") || !Path.Exists(clone[".git"]))
            return (false, "");
        var (exitCode, output) = await Tool.CaptureAsync("git", arguments, clone.Root, cancellationToken);
        return (exitCode == 0, output.Trim());
    }
}
