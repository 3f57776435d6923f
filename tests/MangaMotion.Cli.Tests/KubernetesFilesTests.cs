using System.Globalization;
using System.Text.RegularExpressions;
using MangaMotion.Cli.Local;
using MangaMotion.ServiceDefaults.Bus;
using YamlDotNet.RepresentationModel;

namespace MangaMotion.Cli.Tests;

/// <summary>The Kubernetes manifests say the same as the code, the image and the compose file.</summary>
public sealed partial class KubernetesFilesTests
{
    private static readonly Clone Clone = Clone.Find();

    private static readonly string Folder = Clone["deploy/kubernetes"];

    private static readonly string Dockerfile = File.ReadAllText(Clone["deploy/docker/Dockerfile"]);

    private static readonly List<YamlMappingNode> Documents =
        [.. Directory.EnumerateFiles(Folder, "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal).SelectMany(Yaml.Documents)];

    public static TheoryData<string> Names { get; } = [.. ServiceDefinition.All.Select(service => service.Name)];

    [Fact]
    public void The_deployments_are_the_services_of_the_compose_file() =>
        Of("Deployment").Select(Name).ShouldBe(DeploymentFilesTests.Services, ignoreOrder: true);

    [Fact]
    public void Every_manifest_is_taken_by_a_kustomization_that_names_only_what_is_there()
    {
        var kustomizations = Directory.GetFiles(Folder, "kustomization.yaml", SearchOption.AllDirectories);
        var taken = kustomizations
            .SelectMany(file => Yaml.Documents(file).Single().Items("resources").Select(resource => Path.GetFullPath(resource.ToString(), Path.GetDirectoryName(file)!)))
            .ToList();

        taken.ShouldAllBe(path => File.Exists(path) || File.Exists(Path.Combine(path, "kustomization.yaml")));
        Directory.GetFiles(Folder, "*.yaml", SearchOption.AllDirectories).Except(kustomizations).Except(taken)
            .ShouldBe([Path.Combine(Folder, "secrets.example.yaml")]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_pod_is_what_the_image_allows(string service)
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

        // Everything is written below /tmp, which is no part of the root.
        var mount = container.Items("volumeMounts").Single();
        mount.Text("mountPath").ShouldBe("/tmp");
        pod.Items("volumes").Single(volume => volume.Text("name") == mount.Text("name")).At("emptyDir").ShouldNotBeNull();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Probes_ask_what_the_services_answer(string service)
    {
        var container = Pod(service).Items("containers").Single();
        string[] answered = ["/health/live", "/health/ready"]; // where DependencyHealth maps them

        Dockerfile.ShouldContain($"/{container.Items("ports").Single().Text("containerPort")} && printf 'GET {answered[0]} ");
        foreach (var probe in (string[])["startupProbe", "readinessProbe", "livenessProbe"])
        {
            container.Text(probe, "httpGet", "path").ShouldBeOneOf(answered);
            container.Text(probe, "httpGet", "port").ShouldBe(container.Items("ports").Single().Text("name"));
        }

        container.Text("livenessProbe", "httpGet", "path").ShouldBe(answered[0], "a server that is away is no reason to restart a service");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_pod_has_longer_to_stop_than_its_service_takes(string service)
    {
        var pod = Pod(service);
        var sleep = pod.Items("containers").Single().Items("lifecycle", "preStop", "exec", "command").Skip(1).Sum(seconds => Number(seconds.ToString()));

        // Bus__StopTimeout + 15 s, as docs/configuration.md has it.
        (Number(pod.Text("terminationGracePeriodSeconds")!) - sleep).ShouldBeGreaterThan(new BusOptions().StopTimeout.TotalSeconds + 15);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_service_is_scaled_and_drained_by_its_own_objects(string service)
    {
        var labels = Of("Deployment").Single(x => Name(x) == service).At("spec", "selector", "matchLabels");

        Pod(service).Items("containers").Single().At("resources", "requests", "cpu").ShouldNotBeNull("the autoscaler reckons by it");
        Of("HorizontalPodAutoscaler").Single(x => Name(x) == service).Text("spec", "scaleTargetRef", "name").ShouldBe(service);
        Of("PodDisruptionBudget").Single(x => Name(x) == service).At("spec", "selector", "matchLabels").ShouldBe(labels);
        Of("Deployment").Single(x => Name(x) == service).At("spec", "replicas").ShouldBeNull("the autoscaler's, which an apply would set back");
    }

    [Fact]
    public void The_service_of_the_API_leads_to_its_port()
    {
        var service = Of("Service").Single();

        Name(service).ShouldBe(ServiceDefinition.Api);
        service.Text("spec", "selector", "app.kubernetes.io/name").ShouldBe(ServiceDefinition.Api);
        service.Items("spec", "ports").Single().Text("targetPort").ShouldBe(Pod(ServiceDefinition.Api).Items("containers").Single().Items("ports").Single().Text("name"));
    }

    [Fact]
    public void Every_variable_is_one_that_the_services_read()
    {
        var data = Of("ConfigMap").SelectMany(map => map.Keys("data")).Concat(Of("Secret").SelectMany(secret => secret.Keys("stringData")));
        var own = Of("Deployment").SelectMany(x => Pod(Name(x)).Items("containers").Single().Items("env")).Select(variable => variable.Text("name")!);
        var patched = Documents.SelectMany(x => x.Items("patches")).SelectMany(patch => Variable().Matches(patch.Text("patch")!)).Select(match => match.Groups["name"].Value).ToList();

        patched.Count.ShouldBeGreaterThan(4);
        data.Concat(own).Concat(patched).Except(DocumentedSettings.Names).ShouldBeEmpty();
    }

    [Fact]
    public void Every_map_and_secret_that_a_pod_reads_is_there()
    {
        var there = Of("ConfigMap").Concat(Of("Secret")).Select(Name).ToList();
        var read = Of("Deployment").SelectMany(x => Pod(Name(x)).Items("containers").Single().Items("envFrom"))
            .Select(from => from.Text("configMapRef", "name") ?? from.Text("secretRef", "name")!).ToList();

        read.Distinct().ShouldBe(there, ignoreOrder: true);
    }

    [Fact]
    public void The_example_of_stages_has_one_deployment_for_each()
    {
        var stages = Documents.SelectMany(x => x.Items("patches")).SelectMany(patch => Stage().Matches(patch.Text("patch")!)).Select(match => match.Groups["stage"].Value);
        var all = File.ReadLines(Clone["docs/configuration.md"]).Single(line => line.StartsWith("| `Stages__Enabled` |", StringComparison.Ordinal)).Split('|')[2].Trim(' ', '`').Split(',');

        stages.ShouldBe(all, ignoreOrder: true);
    }

    private static IEnumerable<YamlMappingNode> Of(string kind) => Documents.Where(document => document.Text("kind") == kind);

    private static string Name(YamlMappingNode document) => document.Text("metadata", "name")!;

    private static YamlNode Pod(string service) => Of("Deployment").Single(x => Name(x) == service).At("spec", "template", "spec")!;

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex("^EXPOSE (?<port>[0-9]+)$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking | RegexOptions.Multiline)]
    private static partial Regex Exposed();

    [GeneratedRegex("(?<name>[A-Za-z0-9]+__[A-Za-z0-9_]+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Variable();

    [GeneratedRegex("Stages__Enabled, value: (?<stage>[a-z_]+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Stage();
}
