using MangaMotion.Media.Hosts;
using MangaMotion.Media.Processes;
using MangaMotion.MediaHost.Archives;
using MangaMotion.MediaHost.FFmpeg;
using MangaMotion.MediaHost.Lettering;
using MangaMotion.MediaHost.Poppler;
using MangaMotion.MediaHost.Vips;
using NetVips;

namespace MangaMotion.MediaHost;

/// <summary>Sends each job to those who do its kind, and turns what goes wrong into an answer.</summary>
internal static class Desk
{
    /// <summary>Never throws for what a file does: the failure is the answer.</summary>
    public static HostAnswer Answer(Slot slot, HostJob job)
    {
        try
        {
            return job switch
            {
                ImageJob image => ImageRenderer.Render(slot, image),
                PdfJob pdf => Papers.Draw(slot, pdf),
                VideoJob video => Videos.Render(slot, video),
                SoundJob sound => Sounds.Measure(slot, sound),
                LetteringJob lettering => PageLettering.Read(slot, lettering),
                ArchiveJob archive => ArchiveReader.Read(slot, archive),
                _ => new HostFailure(HostFailureKind.Internal, $"nobody does {job.GetType().Name} here"),
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
            return new HostFailure(Shortage.OfMemory(failure.Message) ? HostFailureKind.OutOfMemory : HostFailureKind.Internal, failure.Message);
        }
    }
}

/// <summary>The file is refused, for the reason in the failure.</summary>
internal sealed class RefusedException(HostFailure failure) : Exception(failure.Detail)
{
    public HostFailure Failure { get; } = failure;
}
