using MangaMotion.Media.Hosts;
using MangaMotion.Media.Processes;
using MangaMotion.MediaHost.Archives;
using MangaMotion.MediaHost.FFmpeg;
using MangaMotion.MediaHost.Lettering;
using MangaMotion.MediaHost.Poppler;
using MangaMotion.MediaHost.Vips;
using NetVips;

namespace MangaMotion.MediaHost;

/// <summary>Runs each job with the code for its kind, and turns exceptions into answers.</summary>
internal static class JobDispatcher
{
    /// <summary>Runs a job. An exception that the file can cause becomes a <see cref="HostFailure"/>.</summary>
    public static HostAnswer Run(HostArguments host, HostJob job)
    {
        try
        {
            return job switch
            {
                ImageJob image => ImageRenderer.Render(host, image),
                PdfJob pdf => PdfRenderer.Render(host, pdf),
                VideoJob video => VideoRenderer.Render(host, video),
                SoundJob sound => AudioMeter.Measure(host, sound),
                LetteringJob lettering => PageLettering.Read(host, lettering),
                ArchiveJob archive => ArchiveReader.Read(host, archive),
                _ => new HostFailure(HostFailureKind.Internal, $"unknown kind of job: {job.GetType().Name}"),
            };
        }
        catch (RefusedException refused)
        {
            return refused.Failure;
        }
        catch (OutOfMemoryException failure)
        {
            return new HostFailure(HostFailureKind.OutOfMemory, failure.Message);
        }
        catch (Exception failure) when (failure is VipsException or IOException or TypeLoadException)
        {
            var kind = ToolErrors.IsNoMemory(failure.Message) ? HostFailureKind.OutOfMemory : HostFailureKind.Internal;
            return new HostFailure(kind, failure.Message);
        }
    }
}

/// <summary>The job failed for the reason in <see cref="Failure"/>.</summary>
internal sealed class RefusedException(HostFailure failure) : Exception(failure.Detail)
{
    public HostFailure Failure { get; } = failure;
}
