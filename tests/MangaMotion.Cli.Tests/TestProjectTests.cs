using MangaMotion.Cli.Development;
using MangaMotion.Cli.Local;

namespace MangaMotion.Cli.Tests;

public sealed class TestProjectTests
{
    [Fact]
    public void Only_the_containers_wait_for_a_full_run()
    {
        var projects = TestProject.FindAll(Clone.Find()).ToList();

        projects.Where(project => project.FullRunOnly).Select(project => project.Name)
            .ShouldBe(["MangaMotion.Containers", "MangaMotion.NativeHeaders", "MangaMotion.Packages"]);
        projects.Count.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void Projects_that_start_whole_installations_run_alone() =>
        TestProject.FindAll(Clone.Find()).Where(project => project.RunsAlone).Select(project => project.Name)
            .ShouldBe(["MangaMotion.Acceptance", "MangaMotion.Browser"]);

    [Fact]
    public void Projects_that_use_no_server_run_side_by_side() =>
        TestProject.FindAll(Clone.Find()).Where(project => !project.NeedsServers && !project.FullRunOnly).Select(project => project.Name)
            .ShouldBe(
            [
                "MangaMotion.Architecture", "MangaMotion.Comics.Tests", "MangaMotion.Formats", "MangaMotion.Hostile",
                "MangaMotion.Jobs.Tests", "MangaMotion.Media.Tests", "MangaMotion.VideoPipeline.Tests",
            ]);
}
