using MangaMotion.Cli.Local;
using MangaMotion.Cli.Setup;

namespace MangaMotion.Cli.Tests;

public sealed class DebianPackageTests
{
    [Fact]
    public void Every_line_of_the_list_names_a_package_a_file_and_a_group()
    {
        var list = Clone.Find()["deploy/debian-packages.txt"];

        var packages = DebianPackage.Read(list).ToList();

        packages.Count.ShouldBe(File.ReadLines(list).Count(x => !x.StartsWith('#')));
        packages.ShouldAllBe(x => x.Evidence.StartsWith('/'));
        packages.ShouldAllBe(package => SetupCommand.SetupGroups.Append(SetupCommand.FullTestRun).Contains(package.Group));
    }

    [Fact]
    public void Every_package_of_the_images_is_one_that_up_needs()
    {
        var packages = DebianPackage.Read(Clone.Find()["deploy/debian-packages.txt"]).ToList();

        packages.ShouldAllBe(package => package.Images == "-" || package.Group == "run");
        packages.Select(package => package.Images).Distinct().ShouldBe(["-", "media", "video"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("lib/*/bin/initdb", true)]
    [InlineData("lib/*/bin/psql", false)]
    [InlineData("lib/15/bin", true)]
    [InlineData("lib/*/*/init*", true)]
    [InlineData("share/*", false)]
    public void A_package_is_installed_if_its_file_exists(string evidence, bool installed)
    {
        var folder = Directory.CreateTempSubdirectory("mangamotion-test-");
        try
        {
            var bin = folder.CreateSubdirectory("lib/15/bin");
            File.WriteAllText(Path.Combine(bin.FullName, "initdb"), "");

            new DebianPackage("example", Path.Combine(folder.FullName, evidence), "run").IsInstalled.ShouldBe(installed);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
