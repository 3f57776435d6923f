using Microsoft.Extensions.Logging;

namespace MangaMotion.Media.Hosts;

/// <summary>Chooses who works on video and sound: a kept child with FFmpeg's libraries, or, where it lacks them, FFmpeg's programs.</summary>
public sealed class Libav(MediaHostPool hosts, ILogger<Libav> log)
{
    private bool _missing;

    /// <summary>Asks a child, and the programs where it answers that it lacks the libraries; from then on the programs at once.</summary>
    /// <exception cref="MediaException">The file is refused, or the work failed.</exception>
    internal async Task<TResult> AskAsync<TAnswer, TResult>(
        string input, MediaType type, HostJob<TAnswer> job, Func<TAnswer, HostOutput, TResult> collect, Func<Task<TResult>> byProgram, CancellationToken cancellationToken)
        where TAnswer : HostAnswer
    {
        if (!_missing)
        {
            try
            {
                return await hosts.AskAsync(input, type, job, collect, cancellationToken);
            }
            catch (LibraryMissingException missing)
            {
                _missing = true;
                log.LogWarning("FFmpeg is started for every video and sound, which takes twice the processor time: {Reason}", missing.Detail);
            }
        }

        return await byProgram();
    }
}
