using System.Text.RegularExpressions;

namespace MangaMotion.Architecture;

/// <summary>Allowed references: service → libraries → contracts, and one place for each outside library.</summary>
public sealed partial class ArrowTests
{
    /// <summary>
    /// Files outside MangaMotion.Messaging.Postgres that may use MassTransit's inner namespaces. A comment in each gives the reason.
    /// </summary>
    private static readonly string[] FilesWithInnerMassTransit =
    [
        "libraries/MangaMotion.ServiceDefaults/Bus/EndpointConventions.cs",
        "libraries/MangaMotion.ServiceDefaults/Bus/ErrorQueues.cs",
        // The channel of a delivery. When it ends, the broker delivers the message again.
        "libraries/MangaMotion.ServiceDefaults/Jobs/ChannelLossFilter.cs",
    ];

    private static readonly string[] NativeFunctionsThatStart =
        ["fork", "vfork", "clone", "system", "popen", "posix_spawn", "posix_spawnp", "execv", "execve", "execvp"];

    [Fact]
    public void Projects_are_found()
    {
        Repository.Contracts.Select(project => project.Name).ShouldBe(["MangaMotion.Api", "MangaMotion.Contracts"]);
        Repository.Libraries.Count().ShouldBeGreaterThan(5);
        Repository.Services.Count().ShouldBeGreaterThan(1);
    }

    [Fact]
    public void A_service_references_no_service()
    {
        var services = Repository.Services.Select(service => service.Name).ToHashSet();

        foreach (var service in Repository.Services)
        {
            service.References.Where(services.Contains).ShouldBeEmpty(
                $"{service.Name} uses another service; what both need belongs into a library or a contract.");
            AssembliesOf(service).Where(services.Contains).ShouldBeEmpty($"{service.Name} is compiled against another service.");
        }
    }

    [Fact]
    public void Nothing_references_a_host_of_several_services()
    {
        var hosts = Repository.Projects.Where(project => project.Kind == "hosts").Select(project => project.Name).ToHashSet();

        hosts.ShouldNotBeEmpty();
        Repository.Projects.SelectMany(project => project.References).Where(hosts.Contains).ShouldBeEmpty();
    }

    [Fact]
    public void A_library_references_libraries_and_contracts_only()
    {
        var allowed = Repository.Libraries.Concat(Repository.Contracts).Select(project => project.Name).ToHashSet();

        foreach (var library in Repository.Libraries)
        {
            library.References.ShouldBeSubsetOf(allowed, $"{library.Name} is a library.");
            AssembliesOf(library).Where(name => name.StartsWith("MangaMotion.", StringComparison.Ordinal)).ShouldBeSubsetOf(
                allowed, $"{library.Name} is a library.");
        }
    }

    [Fact]
    public void Contracts_reference_nothing()
    {
        foreach (var contracts in Repository.Contracts)
        {
            contracts.References.ShouldBeEmpty();
            contracts.Packages.ShouldBeEmpty();
            contracts.Frameworks.ShouldBeEmpty();
            AssembliesOf(contracts).ShouldAllBe(name => name.StartsWith("System.", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Only_the_console_service_uses_the_client_of_the_api()
    {
        const string Client = "MangaMotion.Client";
        foreach (var project in Repository.Projects.Where(project => project.Name is not (Client or "MangaMotion.Console")))
        {
            project.References.ShouldNotContain(
                Client, $"{project.Name} is not a caller of the API: records of the API are in MangaMotion.Api.");
            AssembliesOf(project).ShouldNotContain(Client, project.Name);
        }
    }

    [Fact]
    public void Only_the_ingest_service_and_the_client_use_the_records_of_the_api() =>
        Repository.Projects.Where(project => project.References.Contains("MangaMotion.Api")).Select(project => project.Name)
            .ShouldBeSubsetOf(["MangaMotion.Client", "MangaMotion.Console", "MangaMotion.Ingest"]);

    [Fact]
    public void The_console_uses_only_the_API()
    {
        string[] forbidden = ["MangaMotion.Jobs", "MangaMotion.Storage", "MangaMotion.Messaging", "Npgsql", "RabbitMQ", "MassTransit"];
        var console = Repository.Services.Single(service => service.Name == "MangaMotion.Console");

        foreach (var name in console.References.Concat(console.Packages).Concat(AssembliesOf(console)))
            forbidden.ShouldNotContain(
                start => name.StartsWith(start, StringComparison.Ordinal), $"{name}: the console speaks HTTP with the API.");
    }

    [Fact]
    public void Only_the_storage_library_uses_S3()
    {
        foreach (var project in Repository.Projects.Where(project => project.Name != "MangaMotion.Storage"))
        {
            project.Packages.ShouldNotContain(name => name.StartsWith("AWSSDK", StringComparison.Ordinal), project.Name);
            AssembliesOf(project).ShouldNotContain(name => name.StartsWith("AWSSDK", StringComparison.Ordinal), project.Name);
        }
    }

    [Fact]
    public void Only_the_messaging_library_and_three_named_files_import_the_inner_namespaces_of_MassTransit()
    {
        var files = Repository.Projects.Where(project => project.Name != "MangaMotion.Messaging.Postgres")
            .SelectMany(project => project.Source)
            .Where(file => InnerMassTransit().IsMatch(file.Code))
            .Select(file => file.Path);

        files.ShouldBe(
            FilesWithInnerMassTransit, ignoreOrder: true,
            "Everything else keeps to the namespace MassTransit, which its releases keep stable.");
    }

    [Fact]
    public void Only_the_media_library_and_the_local_stack_start_processes()
    {
        foreach (var project in Repository.Projects.Where(project => project.Name is not ("MangaMotion.Media" or "MangaMotion.LocalStack")))
        {
            UsedCode.TypesOf(project.Assembly).ShouldNotContain("System.Diagnostics.ProcessStartInfo", StartsProcesses(project));
            UsedCode.NativeFunctionsOf(project.Assembly).Intersect(NativeFunctionsThatStart).ShouldBeEmpty(StartsProcesses(project));
            project.Source.Where(file => file.Code.Contains("Process.Start(", StringComparison.Ordinal)).Select(file => file.Path)
                .ShouldBeEmpty(StartsProcesses(project));
        }
    }

    [Fact]
    public void The_library_that_opens_files_does_not_reference_the_one_that_makes_videos()
    {
        var libraries = Repository.Libraries.ToDictionary(library => library.Name);

        libraries["MangaMotion.Media"].References.ShouldBeEmpty();
        libraries["MangaMotion.Film"].References.ShouldBe(["MangaMotion.Media"]);
        Repository.Services.Single(service => service.Name == "MangaMotion.Thumbnail").References.ShouldNotContain("MangaMotion.Film");
    }

    [Fact]
    public void The_library_of_jobs_does_not_use_videos()
    {
        var jobs = Repository.Libraries.Single(library => library.Name == "MangaMotion.Jobs");

        jobs.References.ShouldNotContain("MangaMotion.Videos");
        jobs.Source.Where(file => file.Code.Contains("Video", StringComparison.Ordinal)).Select(file => file.Path).ShouldBeEmpty();
    }

    [Fact]
    public void No_service_uses_the_local_stack() =>
        Repository.Services.ShouldAllBe(
            service => !service.References.Contains("MangaMotion.LocalStack") && !AssembliesOf(service).Contains("MangaMotion.LocalStack"));

    [Fact]
    public void Comics_are_pure_functions()
    {
        var comics = Repository.Libraries.Single(library => library.Name == "MangaMotion.Comics");

        comics.References.ShouldBeEmpty();
        comics.Packages.ShouldBeEmpty();
        UsedCode.TypesOf(comics.Assembly).ShouldNotContain(
            type => type.StartsWith("System.Net.", StringComparison.Ordinal) || type == "System.IO.File");
    }

    private static string StartsProcesses(SourceProject project) =>
        $"{project.Name} starts a process: a tool that opens a file of an owner runs through MangaMotion.Media's ToolRunner, in its "
            + "sandbox.";

    private static IReadOnlyList<string> AssembliesOf(SourceProject project) =>
        [.. project.Assembly.GetReferencedAssemblies().Select(name => name.Name!)];

    /// <summary>Matches an import or a full name of a namespace below MassTransit.</summary>
    [GeneratedRegex(@"\bMassTransit\.[A-Z]\w*", RegexOptions.NonBacktracking)]
    private static partial Regex InnerMassTransit();
}
