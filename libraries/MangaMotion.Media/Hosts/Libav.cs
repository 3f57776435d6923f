using Microsoft.Extensions.Logging;

namespace MangaMotion.Media.Hosts;

/// <summary>
/// Runs jobs on video and sound by FFmpeg's libraries in a media host, or by FFmpeg's programs if it lacks the libraries.
/// </summary>
public sealed class Libav(MediaHostPool hosts, ILogger<Libav> log)
{
    private bool _missing;

    /// <summary>
    /// Runs a job in a media host. Once a media host has reported that it lacks the libraries, runs the programs instead.
    /// </summary>
    /// <exception cref="MediaException">The file is refused, or the job failed.</exception>
    internal async Task<TResult> RunJobAsync<TAnswer, TResult>(
        string input,
        MediaType type,
        HostJob<TAnswer> job,
        Func<TAnswer, HostOutput, TResult> collect,
        Func<Task<TResult>> runProgramAsync,
        CancellationToken cancellationToken)
        where TAnswer : HostAnswer
    {
        if (!_missing)
        {
            try
            {
                return await hosts.RunJobAsync(input, type, job, collect, cancellationToken);
            }
            catch (LibraryMissingException missing)
            {
                _missing = true;
                log.FFmpegLibrariesMissing(missing.Detail ?? "");
            }
        }

        return await runProgramAsync();
    }
}
