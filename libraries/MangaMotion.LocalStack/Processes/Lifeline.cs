using System.Diagnostics;

namespace MangaMotion.LocalStack.Processes;

/// <summary>
/// Shell in a separate session that waits on a pipe from this process. When this process ends, even by SIGKILL, the pipe closes and the
/// shell kills all processes of the state folder.
/// </summary>
/// <remarks>
/// A parent-death signal (PR_SET_PDEATHSIG) is not enough: it also fires if the thread that started the child ends, and not for
/// grandchildren.
/// </remarks>
internal sealed class Lifeline : IAsyncDisposable
{
    // A process is not killed if its id has been reused, which its start time (field 22 of stat) shows.
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

    /// <summary>Starts the shell.</summary>
    /// <param name="temporary">Whether the shell also deletes the folder and its data.</param>
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

    /// <summary>Ends the shell without killing processes.</summary>
    public async ValueTask DisposeAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
