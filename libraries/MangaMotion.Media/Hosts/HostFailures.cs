using MangaMotion.Media.Processes;

namespace MangaMotion.Media.Hosts;

/// <summary>Turns the failures that a media host reports into exceptions with a message for the file's owner.</summary>
internal static class HostFailures
{
    public static MediaException CreateException(HostFailure failure, string tool, MediaType type, MediaLimits limits)
    {
        return failure.Kind switch
        {
            _ when ToolErrors.IsNoThread(failure.Detail) =>
                new SandboxFailedException(tool, $"it was refused a thread or a process; {failure.Detail}"),
            _ when ToolErrors.IsFullDisk(failure.Detail) => new ScratchFullException(tool, failure.Detail),
            HostFailureKind.Corrupt or HostFailureKind.Unsupported when failure.Detail.Length == 0
                || ToolErrors.IsDeniedFile(failure.Detail) =>
                new ToolFailedException(tool, $"it could not read the file, and no decoder reported an error; {failure.Detail}"),
            HostFailureKind.Corrupt => CreateCorrupt(type, failure.Detail),
            HostFailureKind.Unsupported when type.Kind == MediaKind.Archive => new UnsupportedMediaException(
                $"The {type.Title} uses a compression method that is not supported; pack it as a plain ZIP (Deflate).", failure.Detail),
            HostFailureKind.Unsupported when type.Kind is MediaKind.Video or MediaKind.Audio => new UnsupportedMediaException(
                $"The {type.Title} is encoded with {failure.Detail}, which is not supported; export it as "
                + (type.Kind == MediaKind.Video ? "an MP4 with H.264 and AAC." : "FLAC or MP3."),
                failure.Detail),
            HostFailureKind.Unsupported => new UnsupportedMediaException(
                $"This {type.Title} uses an encoding that is not supported; save it as JPEG or PNG.", failure.Detail),
            HostFailureKind.Encrypted => new UnsupportedMediaException(
                $"The {type.Title} is encrypted with a password; {(type.Kind == MediaKind.Archive ? "pack" : "save")} it without one.",
                failure.Detail),
            HostFailureKind.NoPages => new CorruptMediaException($"The {type.Title} has no pages; export it again.", failure.Detail),
            HostFailureKind.NoPageSize =>
                new CorruptMediaException($"The first page of the {type.Title} has no size; export it again.", failure.Detail),
            HostFailureKind.PartOfSeveral =>
                new UnsupportedMediaException("The archive is one part of several; pack it as one file.", failure.Detail),
            HostFailureKind.TooManyPixels => TooMany("pixels", limits.Pixels, "The picture has {0} pixels; {1} are allowed."),
            HostFailureKind.TooManyFrames => TooMany("frames", limits.Frames, $"The {type.Title} has {{0}} frames; {{1}} are allowed."),
            HostFailureKind.TooManyPages => TooMany("pages", limits.Pages, $"The {type.Title} has {{0}} pages; {{1}} are allowed."),
            HostFailureKind.PageTooLarge => TooMany("page_size", PdfJob.MaxPoints, "The first page is {0} points long; {1} are allowed."),
            HostFailureKind.TooManyEntries => TooMany("entries", limits.Entries, "The archive holds {0} files; {1} are allowed."),
            HostFailureKind.OutOfMemory => LimitExceeded.Memory(limits.MemoryBytes, type.Title, failure.Detail),
            HostFailureKind.LibraryMissing => new LibraryMissingException(tool, failure.Detail),
            _ => new ToolFailedException(tool, failure.Detail),
        };

        MediaLimitException TooMany(string limit, long allowed, string sentence) =>
            LimitExceeded.TooMany(limit, allowed, failure.Actual, sentence, failure.Detail);
    }

    /// <summary>Creates the exception for a damaged file.</summary>
    public static CorruptMediaException CreateCorrupt(MediaType type, string detail)
    {
        if (type.Kind == MediaKind.Archive)
            return new($"The {type.Title} is damaged or cut short and cannot be unpacked; pack it again.", detail);
        var verb = type.Kind is MediaKind.Video or MediaKind.Audio ? "played" : "decoded";
        return new($"The {type.Title} is damaged or cut short and cannot be {verb}; export it again.", detail);
    }
}
