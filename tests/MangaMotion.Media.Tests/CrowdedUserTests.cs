using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using MangaMotion.Media.Processes;

namespace MangaMotion.Media.Tests;

/// <summary>
/// Worker as in containers: without namespaces and privileges, under a user that already has more threads than one host process may have.
/// Docker counts the threads of user 10001 over all containers of a host.
/// </summary>
public sealed class CrowdedUserTests : IDisposable
{
    private const int Threads = 70;

    private readonly Vips _files = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("mm-crowd-").FullName;

    public void Dispose()
    {
        _files.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(SandboxKind.Landlock)]
    [InlineData(SandboxKind.Seccomp)]
    [InlineData(SandboxKind.None)]
    public async Task Every_kind_of_file_is_processed_under_a_user_with_many_threads(SandboxKind kind)
    {
        Assert.SkipWhen(kind == SandboxKind.Landlock && Landlock.Missing is not null, Landlock.Missing ?? "");

        (await RunAsync(kind, [])).ShouldBe(Expected(kind));
    }

    [Fact]
    public async Task Without_namespaces_the_strongest_other_sandbox_is_chosen_and_works()
    {
        var strongest = Landlock.Missing is null ? SandboxKind.Landlock : SandboxKind.Seccomp;
        string[] container =
            ["perl", Path.Combine(AppContext.BaseDirectory, "mediahost", "confine.pl"), $"{SeccompFilter.Prctl}", NoNamespaces(), "0", "0",
                "0", "--"];

        (await RunAsync(SandboxKind.Auto, container)).ShouldBe(Expected(strongest));
    }

    private static string Expected(SandboxKind kind) =>
        $"sandbox: {kind}\npicture: 400 x 300, page: 400 x 300, lettering: HELLO\npdf: 1 page, 960 x 1280\nvideo: h264, 320 x "
            + "180\nspeech: slt, 2 words\nspeech: espeak, 1 words\nready\n";

    /// <param name="before">Command that runs the worker.</param>
    /// <returns>Output of the worker.</returns>
    private async Task<string> RunAsync(SandboxKind kind, string[] before)
    {
        var picture = Copy("picture.jpg", Lettering());
        var pdf = Copy("page.pdf", PdfTests.Pdf(1, "0 0 600 800", PdfTests.RedPaper));
        var video = Path.Combine(_folder, "clip.mp4");
        SampleMedia.Make(video, "testsrc2=s=320x180:r=10:d=2", output => output.WithVideoCodec("libx264").WithPixelFormat("yuv420p"));
        Vips.Run("chmod", "a+rwx", _folder); // another user creates the scratch directory in it

        string[] user = Environment.IsPrivilegedProcess
            ? ["setpriv", $"--reuid={FreeUser()}", $"--regid={FreeUser()}", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all",
                "--"]
            : [];
        string[] command =
        [
            .. user, .. before, "dotnet", Path.Combine(AppContext.BaseDirectory, "MangaMotion.Media.Victim.dll"),
            Path.Combine(_folder, "scratch"), kind.ToString(), $"{Threads}", "end", picture, pdf, video,
            Copy("line.en.txt", "Hello there."u8.ToArray()), Copy("line.ja.txt", Encoding.UTF8.GetBytes("日本")),
        ];
        using var worker = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = worker.StandardError.ReadToEndAsync();
        var said = await worker.StandardOutput.ReadToEndAsync();
        await worker.WaitForExitAsync();
        worker.ExitCode.ShouldBe(0, said + await errors);
        return said;
    }

    private byte[] Lettering()
    {
        var path = Path.Combine(_folder, "lettering.jpg");
        SampleMedia.Make(path, "color=white:s=400x300,drawtext=text=HELLO:fontsize=80:x=60:y=100", output => output.WithFrameCount(1));
        return File.ReadAllBytes(path);
    }

    private string Copy(string name, byte[] content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Returns a user without processes, so that its threads are those of this test.</summary>
    private static uint FreeUser() => 300_000 + ((uint)Environment.ProcessId % 100_000);

    /// <summary>
    /// Creates a seccomp program that forbids the calls of bubblewrap that Docker's default profile forbids without CAP_SYS_ADMIN.
    /// </summary>
    private static string NoNamespaces()
    {
        var arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        (ushort Code, byte True, byte False, uint Value)[] program =
        [
            (0x20, 0, 0, 0), // number of the call
            (0x15, 6, 0, arm ? 97u : 272), // unshare
            (0x15, 5, 0, arm ? 40u : 165), // mount
            (0x15, 3, 0, 435), // clone3
            (0x15, 0, 4, arm ? 220u : 56), // clone
            (0x20, 0, 0, 16), // flags of the call
            (0x45, 1, 2, 0x7e02_0080), // flags of namespaces
            (0x06, 0, 0, 0x0005_0000 + 38), // ENOSYS
            (0x06, 0, 0, 0x0005_0000 + 1), // EPERM
            (0x06, 0, 0, 0x7fff_0000), // allowed
        ];
        var bytes = new byte[8 * program.Length];
        foreach (var (i, instruction) in program.Index())
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8 * i), instruction.Code);
            (bytes[(8 * i) + 2], bytes[(8 * i) + 3]) = (instruction.True, instruction.False);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan((8 * i) + 4), instruction.Value);
        }

        return Convert.ToHexStringLower(bytes);
    }
}
