namespace MangaMotion.Containers;

/// <summary>
/// The images with what <c>deploy/kubernetes/base</c> allows its pods: the runtime's default seccomp profile, no capabilities, a read-only
/// root, user and group 10001. Servers and ingest are those of compose.
/// </summary>
[Collection(nameof(ComposeStack))]
public sealed class RestrictedTests(ComposeStack stack)
{
    [Fact]
    public async Task Every_medium_is_processed_with_the_restrictions_of_Kubernetes()
    {
        string[] workers = ["thumbnail", "records", "video"];
        await stack.ComposeAsync(["stop", .. workers]);
        foreach (var worker in workers)
        {
            string[] run = [.. Run(worker), .. await EnvironmentAsync(worker), stack.Image(worker)];
            await stack.Docker.RunAsync(new Dictionary<string, string>(), run);
        }

        try
        {
            await stack.ProcessEveryMediumAsync();
        }
        finally
        {
            await stack.Docker.TryAsync(["rm", "--force", .. workers.Select(Name)]);
            await stack.UpAsync();
        }
    }

    private string Name(string worker) => stack.Container(worker) + "-restricted";

    private string[] Run(string worker) =>
    [
        "run", "--detach", "--name", Name(worker), "--network", stack.Network, "--user", "10001:10001", "--read-only", "--cap-drop", "ALL",
        "--security-opt", "no-new-privileges", "--tmpfs", "/tmp:size=2g,mode=1777", "--memory", "5g",
    ];

    /// <summary>The environment that compose gives the service.</summary>
    private async Task<IEnumerable<string>> EnvironmentAsync(string worker)
    {
        var printed = await stack.Docker.RunAsync(
            new Dictionary<string, string>(), "inspect", "--format", "{{range .Config.Env}}{{println .}}{{end}}", stack.Container(worker));
        return printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).SelectMany(variable => (string[])["--env", variable]);
    }
}
