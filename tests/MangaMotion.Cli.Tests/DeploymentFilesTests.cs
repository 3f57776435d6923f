using MangaMotion.Cli.Local;
using MangaMotion.Cli.Setup;
using YamlDotNet.RepresentationModel;

namespace MangaMotion.Cli.Tests;

/// <summary>The compose file and the images say the same as the code.</summary>
public sealed class DeploymentFilesTests
{
    private static readonly Clone Clone = Clone.Find();

    private static readonly YamlMappingNode Compose = Yaml.Documents(Clone["docker-compose.yml"]).Single();

    /// <summary>Those of ours; the others are servers with an image of somebody else.</summary>
    internal static IEnumerable<string> Services => Compose.Keys("services").Where(name => Compose.At("services", name, "build") is not null);

    [Fact]
    public void The_services_of_the_compose_file_are_those_of_up_with_their_projects()
    {
        Services.ShouldBe(ServiceDefinition.All.Select(service => service.Name), ignoreOrder: true);

        foreach (var service in ServiceDefinition.All)
        {
            File.Exists(Clone[service.Project]).ShouldBeTrue();
            Compose.Text("services", service.Name, "build", "args", "PROJECT").ShouldBe(Path.GetDirectoryName(service.Project));
        }
    }

    [Fact]
    public void Every_variable_that_the_compose_file_sets_for_the_services_is_one_they_read()
    {
        var variables = Services.SelectMany(name => Compose.Keys("services", name, "environment"))
            .Concat(Compose.Keys("x-environment"))
            .Where(name => name != "<<").ToList();

        variables.Count.ShouldBeGreaterThan(5);
        variables.ShouldAllBe(name => DocumentedSettings.Names.Contains(name));
    }

    [Fact]
    public void The_images_have_the_packages_that_setup_installs()
    {
        var installed = DebianPackage.Read(Clone["deploy/debian-packages.txt"]).Select(package => package.Name);
        var packages = Services.SelectMany(name => Compose.Text("services", name, "build", "args", "MEDIA_PACKAGES")?.Split(' ') ?? []).ToList();

        packages.Count.ShouldBeGreaterThan(5);
        packages.Except(installed).ShouldBeEmpty();
    }
}
