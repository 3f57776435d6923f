using System.Globalization;
using System.Text.RegularExpressions;
using MangaMotion.Api;
using MangaMotion.Cli.Local;
using MangaMotion.ServiceDefaults.Bus;
using YamlDotNet.RepresentationModel;

namespace MangaMotion.Cli.Tests;

/// <summary>The Kubernetes manifests agree with the code, the image and the compose file.</summary>
public sealed partial class KubernetesFilesTests
{
    private static readonly Clone Clone = Clone.Find();

    private static readonly string Folder = Clone["deploy/kubernetes"];

    private static readonly string Dockerfile = File.ReadAllText(Clone["deploy/docker/Dockerfile"]);

    private static readonly List<YamlMappingNode> Documents =
        [.. Directory.EnumerateFiles(Folder, "*.yaml", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).SelectMany(Yaml.Documents)];

    public static TheoryData<string> Names { get; } = [.. ServiceDefinition.All.Select(service => service.Name)];

    [Fact]
    public void The_deployments_are_the_services_of_the_compose_file() =>
        FindAll("Deployment").Select(Name).ShouldBe(DeploymentFilesTests.Services, ignoreOrder: true);

    [Fact]
    public void Every_manifest_is_listed_by_a_kustomization_and_every_listed_file_exists()
    {
        var kustomizations = Directory.GetFiles(Folder, "kustomization.yaml", SearchOption.AllDirectories);
        var listed = kustomizations.SelectMany(FindResources).ToList();

        listed.ShouldAllBe(path => File.Exists(path) || File.Exists(Path.Combine(path, "kustomization.yaml")));
        Directory.GetFiles(Folder, "*.yaml", SearchOption.AllDirectories).Except(kustomizations).Except(listed)
            .ShouldBe([Path.Combine(Folder, "secrets.example.yaml")]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_pod_agrees_with_the_image(string service)
    {
        var pod = Pod(service);
        var container = pod.Items("containers").Single();

        container.Text("image").ShouldBe($"mangamotion-{service}");
        container.Items("ports").Single().Text("containerPort").ShouldBe(Exposed().Match(Dockerfile).Groups["port"].Value);
        pod.Text("securityContext", "runAsNonRoot").ShouldBe("true");
        Dockerfile.ShouldContain($"\nUSER {pod.Text("securityContext", "runAsUser")}:{pod.Text("securityContext", "runAsGroup")}\n");
        container.Text("securityContext", "readOnlyRootFilesystem").ShouldBe("true");
        container.Text("securityContext", "allowPrivilegeEscalation").ShouldBe("false");
        container.Items("securityContext", "capabilities", "drop").Single().ToString().ShouldBe("ALL");

        // The root file system is read-only; files are written below /tmp.
        var mount = container.Items("volumeMounts").Single();
        mount.Text("mountPath").ShouldBe("/tmp");
        pod.Items("volumes").Single(volume => volume.Text("name") == mount.Text("name")).At("emptyDir").ShouldNotBeNull();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Probes_request_health_endpoints_that_exist(string service)
    {
        var container = Pod(service).Items("containers").Single();
        string[] endpoints = ["/health/live", "/health/ready"]; // as DependencyHealth maps them

        var port = container.Items("ports").Single().Text("containerPort");
        Dockerfile.ShouldContain($"/{port} && printf 'GET {endpoints[0]} ");
        foreach (var probe in (string[])["startupProbe", "readinessProbe", "livenessProbe"])
        {
            container.Text(probe, "httpGet", "path").ShouldBeOneOf(endpoints);
            container.Text(probe, "httpGet", "port").ShouldBe(container.Items("ports").Single().Text("name"));
        }

        container.Text("livenessProbe", "httpGet", "path")
            .ShouldBe(endpoints[0], "a service must not be restarted because a server is unavailable");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_pod_has_more_time_to_stop_than_its_service_needs(string service)
    {
        var pod = Pod(service);
        var sleep = pod.Items("containers").Single().Items("lifecycle", "preStop", "exec", "command").Skip(1)
            .Sum(seconds => ParseNumber(seconds.ToString()));

        // Bus__StopTimeout + 15 s, as in docs/configuration.md.
        (ParseNumber(pod.Text("terminationGracePeriodSeconds")!) - sleep)
            .ShouldBeGreaterThan(new BusOptions().StopTimeout.TotalSeconds + 15);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_service_has_an_autoscaler_and_a_disruption_budget(string service)
    {
        var deployment = Find("Deployment", service);
        var labels = deployment.At("spec", "selector", "matchLabels");

        Pod(service).Items("containers").Single().At("resources", "requests", "cpu")
            .ShouldNotBeNull("the autoscaler divides by the requested CPU time");
        Find("HorizontalPodAutoscaler", service).Text("spec", "scaleTargetRef", "name").ShouldBe(service);
        Find("PodDisruptionBudget", service).At("spec", "selector", "matchLabels").ShouldBe(labels);
        deployment.At("spec", "replicas").ShouldBeNull("the autoscaler sets the number of replicas, and an apply would overwrite it");
    }

    [Fact]
    public void The_services_of_the_API_and_of_the_console_forward_to_their_ports()
    {
        FindAll("Service").Select(Name).ShouldBe([ServiceDefinition.Api, ServiceDefinition.Console], ignoreOrder: true);

        foreach (var service in FindAll("Service"))
        {
            service.Text("spec", "selector", "app.kubernetes.io/name").ShouldBe(Name(service));
            var container = Pod(Name(service)).Items("containers").Single();
            service.Items("spec", "ports").Single().Text("targetPort").ShouldBe(container.Items("ports").Single().Text("name"));
        }
    }

    [Fact]
    public void Every_variable_is_documented()
    {
        var data = FindAll("ConfigMap").SelectMany(map => map.Keys("data"))
            .Concat(FindAll("Secret").SelectMany(secret => secret.Keys("stringData")));
        var own = FindAll("Deployment").SelectMany(deployment => Pod(Name(deployment)).Items("containers").Single().Items("env"))
            .Select(variable => variable.Text("name")!);
        var patched = Documents.SelectMany(document => document.Items("patches"))
            .SelectMany(patch => Variable().Matches(patch.Text("patch")!))
            .Select(match => match.Groups["name"].Value).ToList();

        patched.Count.ShouldBeGreaterThan(4);
        data.Concat(own).Concat(patched).Except(DocumentedSettings.Names).ShouldBeEmpty();
    }

    [Fact]
    public void Every_map_and_secret_that_a_pod_reads_exists()
    {
        var existing = FindAll("ConfigMap").Concat(FindAll("Secret")).Select(Name).ToList();
        var read = FindAll("Deployment").SelectMany(deployment => Pod(Name(deployment)).Items("containers").Single().Items("envFrom"))
            .Select(from => from.Text("configMapRef", "name") ?? from.Text("secretRef", "name")!).ToList();

        read.Distinct().ShouldBe(existing, ignoreOrder: true);
    }

    [Fact]
    public void Scaled_objects_name_deployments_and_the_types_of_their_work()
    {
        string[] parts = [WorkTypeNames.ScriptGen, WorkTypeNames.VoiceGen, WorkTypeNames.VideoGen, WorkTypeNames.Compositing];
        var types = FindAll("ScaledObject").ToDictionary(
            scaled => scaled.Text("spec", "scaleTargetRef", "name")!,
            scaled => scaled.Items("spec", "triggers")
                .Select(trigger => ScaledType().Match(trigger.Text("metadata", "valueLocation")!).Groups["type"].Value).ToList());

        types.Keys.ShouldBe(["thumbnail", "records", "video", .. parts.Select(part => $"video-{part}")], ignoreOrder: true);
        types["thumbnail"].ShouldBe([WorkTypeNames.Thumbnail]);
        types["records"].ShouldBe([WorkTypeNames.Records]);
        types["video"].ShouldBe(parts);
        foreach (var part in parts)
            types[$"video-{part}"].ShouldBe([part]);
    }

    [Fact]
    public void The_stages_example_has_one_deployment_for_each_stage()
    {
        var stages = Documents.SelectMany(document => document.Items("patches"))
            .SelectMany(patch => Stage().Matches(patch.Text("patch")!))
            .Select(match => match.Groups["stage"].Value);
        var row = File.ReadLines(Clone["docs/configuration.md"])
            .Single(line => line.StartsWith("| `Stages__Enabled` |", StringComparison.Ordinal));
        var all = row.Split('|')[2].Trim(' ', '`').Split(',');

        stages.ShouldBe(all, ignoreOrder: true);
    }

    private static IEnumerable<YamlMappingNode> FindAll(string kind) => Documents.Where(document => document.Text("kind") == kind);

    private static YamlMappingNode Find(string kind, string name) => FindAll(kind).Single(document => Name(document) == name);

    private static IEnumerable<string> FindResources(string kustomization) =>
        Yaml.Documents(kustomization).Single().Items("resources")
            .Select(resource => Path.GetFullPath(resource.ToString(), Path.GetDirectoryName(kustomization)!));

    private static string Name(YamlMappingNode document) => document.Text("metadata", "name")!;

    private static YamlNode Pod(string service) => Find("Deployment", service).At("spec", "template", "spec")!;

    private static double ParseNumber(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        "^types\\.#\\(type==\"(?<type>[a-z-]+)\"\\)\\.workers_needed$",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex ScaledType();

    [GeneratedRegex("^EXPOSE (?<port>[0-9]+)$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking | RegexOptions.Multiline)]
    private static partial Regex Exposed();

    [GeneratedRegex("(?<name>[A-Za-z0-9]+__[A-Za-z0-9_]+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Variable();

    [GeneratedRegex("Stages__Enabled, value: (?<stage>[a-z_]+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Stage();
}
