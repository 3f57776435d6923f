using System.Diagnostics;

namespace MangaMotion.LocalStack.Processes;

/// <summary>
/// A shell in a session of its own that waits on a pipe from us. When we end in whatever way, SIGKILL included, the pipe
/// closes and it kills all processes of the state folder. (A parent-death signal would do the same only for a child whose
/// starting thread lives as long as we do, and not for grandchildren.)
/// </summary>
internal sealed class Lifeline : IAsyncDisposable
{
    // A recorded process is left alone when its id belongs to another by now, seen by the start time: field 22 of stat.
    private const string Script = """
        read -r _ && exit 0
        for file in "$0"/run/*.pid; do
          read -r pid start <"$file" || continue
          now=$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | cut -d' ' -f20)
          if [ -z "$now" ] || [ "$now" = "$start" ]; then kill -s KILL -- "-$pid" "$pid"; fi
        done
        [ -z "$1" ] || rm -rf -- "$@"
        """;

    private readonly Process _process;

    private Lifeline(Process process) => _process = process;

    /// <param name="temporary">Remove the folder and its data too.</param>
    public static Lifeline Start(StackFolder folder, bool temporary)
    {
        string[] remove = temporary ? [folder.Path, folder.Data] : [];
        var info = new ProcessStartInfo("setsid", ["/bin/sh", "-c", Script, folder.Path, .. remove])
        {
            WorkingDirectory = "/",
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new Lifeline(Process.Start(info) ?? throw new LocalServerException("setsid could not be started."));
    }

    /// <summary>Lets go without killing anything.</summary>
    public async ValueTask DisposeAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
