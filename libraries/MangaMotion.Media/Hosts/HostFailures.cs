using MangaMotion.Media.Processes;

namespace MangaMotion.Media.Hosts;

/// <summary>Turns the failures that a media host reports into exceptions with a message for the file's owner.</summary>
internal static class HostFailures
{
    public static MediaException Exception(HostFailure failure, string tool, MediaType type, MediaLimits limits) => failure.Kind switch
    {
        _ when StartFailure.OfRefusedThread(failure.Detail) => new SandboxFailedException(tool, $"it was refused a thread or a process; {failure.Detail}"),
        HostFailureKind.Corrupt or HostFailureKind.Unsupported when failure.Detail.Length == 0 || StartFailure.OfFileAccess(failure.Detail) =>
            new ToolFailedException(tool, $"it could not read the file, and no decoder complained of it; {failure.Detail}"),
        HostFailureKind.Corrupt => Broken(type, failure.Detail),
        HostFailureKind.Unsupported when type.Kind == MediaKind.Archive => new UnsupportedMediaException(
            $"The {type.Title} is packed by a method that is not taken; pack it as a plain ZIP (Deflate).", failure.Detail),
        HostFailureKind.Unsupported => new UnsupportedMediaException(
            $"This {type.Title} uses an encoding that is not supported here; save it as JPEG or PNG.", failure.Detail),
        HostFailureKind.TooManyPixels => Outcome.TooMany("pixels", limits.Pixels, failure.Actual, "The picture has {0} pixels; {1} are allowed.", failure.Detail),
        HostFailureKind.TooManyFrames => Outcome.TooMany("frames", limits.Frames, failure.Actual, $"The {type.Title} has {{0}} frames; {{1}} are allowed.", failure.Detail),
        HostFailureKind.Encrypted => new UnsupportedMediaException($"The {type.Title} is encrypted with a password; {(type.Kind == MediaKind.Archive ? "pack" : "save")} it without one.", failure.Detail),
        HostFailureKind.NoPages => new CorruptMediaException($"The {type.Title} has no pages; export it again.", failure.Detail),
        HostFailureKind.TooManyPages => Outcome.TooMany("pages", limits.Pages, failure.Actual, $"The {type.Title} has {{0}} pages; {{1}} are allowed.", failure.Detail),
        HostFailureKind.PageTooLarge => Outcome.TooMany("page_size", PdfJob.MaxPoints, failure.Actual, "The first page is {0} points long; {1} are allowed.", failure.Detail),
        HostFailureKind.NoPageSize => new CorruptMediaException($"The first page of the {type.Title} has no size; export it again.", failure.Detail),
        HostFailureKind.TooManyEntries => Outcome.TooMany("entries", limits.Entries, failure.Actual, "The archive holds {0} files; {1} are allowed.", failure.Detail),
        HostFailureKind.PartOfSeveral => new UnsupportedMediaException("The archive is one part of several; pack it as one file.", failure.Detail),
        HostFailureKind.OutOfMemory => Outcome.OutOfMemory(limits.MemoryBytes, type.Title, failure.Detail),
        HostFailureKind.LibraryMissing => new LibraryMissingException(tool, failure.Detail),
        _ => new ToolFailedException(tool, failure.Detail),
    };

    public static CorruptMediaException Broken(MediaType type, string detail)
    {
        if (type.Kind == MediaKind.Archive)
            return new($"The {type.Title} is damaged or cut short and cannot be unpacked; pack it again.", detail);
        var verb = type.Kind is MediaKind.Video or MediaKind.Audio ? "played" : "decoded";
        return new($"The {type.Title} is damaged or cut short and cannot be {verb}; export it again.", detail);
    }
}
