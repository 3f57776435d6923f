using System.Diagnostics;
using MangaMotion.TestSupport;

namespace MangaMotion.NativeHeaders;

/// <summary>
/// Compiles against the headers of FFmpeg, poppler and qpdf in Debian 12 and 13, and compares the result with the stored one, with which
/// <c>NativeBindingTests</c> compares the media host.
/// </summary>
public sealed class NativeHeaderTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData("bookworm")]
    [InlineData("trixie")]
    public async Task The_stored_interface_is_that_of_the_headers(string release)
    {
        var folder = Repository.PathOf("tests/MangaMotion.NativeHeaders");
        using var timeout = new CancellationTokenSource(Timeout);
        var start = new ProcessStartInfo(Path.Combine(folder, "read-headers.sh"), [release])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(timeout.Token);
        var output = await process.StandardOutput.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);

        process.ExitCode.ShouldBe(0, await errors);
        output.ShouldBe(
            await File.ReadAllTextAsync(Path.Combine(folder, $"{release}.txt"), timeout.Token),
            $"If a new release of Debian is the cause: read-headers.sh {release} > {release}.txt");
    }
}
