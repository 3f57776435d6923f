using System.Diagnostics;
using System.Globalization;

namespace MangaMotion.Cli.Tests;

public sealed class ToolTests
{
    [Fact]
    public async Task A_process_that_a_tool_leaves_behind_does_not_hold_up_its_result()
    {
        // The sleeping process inherits the output, so its end is not the end of the tool.
        var (exitCode, output) = await Tool.CaptureAsync("sh", ["-c", "sleep 300 & echo $!"], "/", TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);

        using var left = Process.GetProcessById(int.Parse(output.Split('\n')[0], CultureInfo.InvariantCulture));
        left.Kill();
        exitCode.ShouldBe(0);
    }
}
