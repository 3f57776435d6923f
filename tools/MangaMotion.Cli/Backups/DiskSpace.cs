namespace MangaMotion.Cli.Backups;

/// <summary>Failures because a disk is full.</summary>
internal static class DiskSpace
{
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    /// <summary>Text of the C library, in the output of programs.</summary>
    private const string NoSpaceText = "No space left on device";

    public static bool IsFull(Exception exception) => exception is IOException { HResult: NoSpace or QuotaExceeded };

    /// <summary>Whether the output of a program says that a disk is full.</summary>
    public static bool IsFull(string output) => output.Contains(NoSpaceText, StringComparison.Ordinal);

    public static IOException CreateException(string output) => new(output, NoSpace);
}
