using MangaMotion.Cli.Development;
using MangaMotion.Cli.Local;

namespace MangaMotion.Cli.Tests;

public sealed class TestProjectTests
{
    [Fact]
    public void Only_the_containers_wait_for_a_full_run()
    {
        var projects = TestProject.FindAll(Clone.Find()).ToList();

        projects.Where(project => project.FullRunOnly).Select(project => project.Name).ShouldBe(["MangaMotion.Containers"]);
        projects.Count.ShouldBeGreaterThan(10);
    }
}
