using System.Text.RegularExpressions;
using MangaMotion.Cli.Local;
using MangaMotion.ServiceDefaults.Configuration;
using MangaMotion.Storage;

namespace MangaMotion.Cli.Tests;

/// <summary>The compose file and the images say the same as the code.</summary>
public sealed partial class DeploymentFilesTests
{
    // Read by a service or by ASP.NET Core directly, not through options.
    private static readonly string[] Others = ["MANGAMOTION_API_KEY", "ASPNETCORE_URLS", "ConnectionStrings__Postgres", "ConnectionStrings__RabbitMq"];

    private static readonly Clone Clone = Clone.Find();

    [Fact]
    public void Every_service_of_up_is_in_the_compose_file_with_its_project()
    {
        var compose = File.ReadAllText(Clone["docker-compose.yml"]);

        foreach (var service in ServiceDefinition.All)
        {
            File.Exists(Clone[service.Project]).ShouldBeTrue();
            compose.ShouldContain($"\n  {service.Name}:\n");
            compose.ShouldContain($"PROJECT: {Path.GetDirectoryName(service.Project)}\n");
        }
    }

    [Fact]
    public void Every_project_of_the_compose_file_exists()
    {
        var projects = Project().Matches(File.ReadAllText(Clone["docker-compose.yml"])).Select(x => x.Groups["path"].Value).ToList();

        projects.ShouldNotBeEmpty();
        projects.ShouldAllBe(x => File.Exists(Path.Combine(Clone.Root, x, Path.GetFileName(x) + ".csproj")));
    }

    [Fact]
    public void Every_variable_that_the_compose_file_sets_for_the_services_is_one_they_read()
    {
        var compose = File.ReadAllText(Clone["docker-compose.yml"]);
        var block = compose[compose.IndexOf("x-environment:", StringComparison.Ordinal)..compose.IndexOf("\nservices:", StringComparison.Ordinal)];
        var known = PlainName.All.Select(x => x.Name).Concat(Others).Concat(Settings("Storage", typeof(StorageOptions))).ToHashSet();

        var variables = Variable().Matches(block).Select(x => x.Groups["name"].Value).ToList();

        variables.Count.ShouldBeGreaterThan(5);
        variables.ShouldAllBe(x => known.Contains(x));
    }

    private static IEnumerable<string> Settings(string section, Type options) =>
        options.GetProperties().SelectMany(x => x.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal)
            ? Settings($"{section}__{x.Name}", x.PropertyType)
            : [$"{section}__{x.Name}"]);

    [GeneratedRegex("PROJECT: (?<path>.+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Project();

    [GeneratedRegex("^  (?<name>[A-Za-z0-9_]+):", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking | RegexOptions.Multiline)]
    private static partial Regex Variable();
}
