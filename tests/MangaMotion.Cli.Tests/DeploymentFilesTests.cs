using System.Text.Json;
using System.Text.RegularExpressions;
using MangaMotion.Cli.Local;
using MangaMotion.Cli.Setup;
using YamlDotNet.RepresentationModel;

namespace MangaMotion.Cli.Tests;

/// <summary>The compose file and the images agree with the code.</summary>
public sealed partial class DeploymentFilesTests
{
    private static readonly Clone Clone = Clone.Find();

    private static readonly YamlMappingNode Compose = Yaml.Documents(Clone["docker-compose.yml"]).Single();

    /// <summary>Services of MangaMotion; the other entries are servers with a published image.</summary>
    internal static IEnumerable<string> Services =>
        Compose.Keys("services").Where(name => Compose.At("services", name, "build") is not null);

    [Fact]
    public void The_services_of_the_compose_file_are_those_that_up_starts()
    {
        Services.ShouldBe(ServiceDefinition.All.Select(service => service.Name), ignoreOrder: true);

        foreach (var service in ServiceDefinition.All)
        {
            File.Exists(Clone[service.Project]).ShouldBeTrue();
            Compose.Text("services", service.Name, "build", "args", "PROJECT").ShouldBe(Path.GetDirectoryName(service.Project));
        }
    }

    [Fact]
    public void Every_variable_that_the_compose_file_sets_for_the_services_is_documented()
    {
        var variables = Services.SelectMany(name => Compose.Keys("services", name, "environment"))
            .Concat(Compose.Keys("x-environment"))
            .Where(name => name != "<<").ToList();

        variables.Count.ShouldBeGreaterThan(5);
        variables.ShouldAllBe(name => DocumentedSettings.Names.Contains(name));
    }

    [Fact]
    public void Every_service_runs_on_files_that_the_Dockerfile_collects()
    {
        var stages = Stage().Matches(File.ReadAllText(Clone["deploy/docker/Dockerfile"]))
            .Select(match => match.Groups["name"].Value)
            .ToList();
        var images = DebianPackage.Read(Clone["deploy/debian-packages.txt"])
            .Select(package => package.Images)
            .Distinct().Append("plain").Except(["-"]);

        Services.Select(Files).Distinct().ShouldBe(images, ignoreOrder: true);
        Services.Select(Files).Except(stages).ShouldBeEmpty();
    }

    [Fact]
    public void Every_service_and_server_has_limits_and_a_log_that_ends()
    {
        foreach (var name in Compose.Keys("services"))
        {
            foreach (var limit in (string[])["mem_limit", "pids_limit", "cpu_shares"])
                Setting(name, limit).ShouldNotBeNull($"{name} has no {limit}");
            Setting(name, "logging").Text("options", "max-size").ShouldNotBeNull(name);
        }
    }

    [Fact]
    public void Every_service_is_without_privileges_and_only_those_that_open_files_have_another_profile()
    {
        const string Profile = "seccomp:deploy/docker/seccomp.json";
        foreach (var name in Services)
        {
            Setting(name, "read_only")!.ToString().ShouldBe("true");
            ((YamlSequenceNode)Setting(name, "cap_drop")!).Single().ToString().ShouldBe("ALL");
            Setting(name, "cap_add").ShouldBeNull();
            Setting(name, "privileged").ShouldBeNull();

            string[] options = [.. ((YamlSequenceNode)Setting(name, "security_opt")!).Select(option => option.ToString())];
            string[] wider = Files(name) == "plain" ? [] : [Profile, "apparmor:unconfined", "systempaths=unconfined"];
            options.ShouldBe(["no-new-privileges:true", .. wider], ignoreOrder: true);
        }
    }

    [Fact]
    public void The_seccomp_profile_adds_to_the_default_what_bubblewrap_calls_and_no_more()
    {
        var profile = JsonDocument.Parse(File.ReadAllText(Clone["deploy/docker/seccomp.json"])).RootElement;
        var rules = profile.GetProperty("syscalls").EnumerateArray().ToList();
        var always = rules.Where(rule => !IsOwn(rule)
            && rule.GetProperty("action").GetString() == "SCMP_ACT_ALLOW"
            && !rule.TryGetProperty("includes", out _));
        string[] dangerous =
        [
            "mount", "unshare", "setns", "bpf", "init_module", "kexec_load", "open_by_handle_at", "keyctl", "io_uring_setup", "reboot",
        ];

        Names(rules.Where(IsOwn)).ShouldBe(["clone", "unshare", "mount", "pivot_root", "umount2"], ignoreOrder: true);
        Names(always).Intersect(dangerous).ShouldBeEmpty();

        // New namespaces only together with CLONE_NEWUSER.
        var argument = rules.Single(rule => IsOwn(rule) && Names([rule]).Contains("unshare")).GetProperty("args").EnumerateArray().Single();
        argument.GetProperty("op").GetString().ShouldBe("SCMP_CMP_MASKED_EQ");
        argument.GetProperty("value").GetInt64().ShouldBe(0x10000000);
        argument.GetProperty("valueTwo").GetInt64().ShouldBe(0x10000000);

        static bool IsOwn(JsonElement rule) =>
            rule.TryGetProperty("comment", out var comment) && comment.GetString()!.StartsWith("bubblewrap", StringComparison.Ordinal);

        static IEnumerable<string> Names(IEnumerable<JsonElement> rules) =>
            rules.SelectMany(rule => rule.GetProperty("names").EnumerateArray()).Select(name => name.GetString()!);
    }

    private static string Files(string service) => Compose.Text("services", service, "build", "args", "FILES")!;

    /// <summary>Setting of a service, its own or merged from the maps it names.</summary>
    private static YamlNode? Setting(string service, string name)
    {
        for (var map = Compose.At("services", service); map is not null; map = map.At("<<"))
        {
            if (map.At(name) is { } own)
                return own;
        }

        return null;
    }

    [GeneratedRegex("^FROM .+ AS (?<name>[a-z-]+)$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking | RegexOptions.Multiline)]
    private static partial Regex Stage();
}
