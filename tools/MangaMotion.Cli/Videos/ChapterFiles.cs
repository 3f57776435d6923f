using MangaMotion.Client;
using MangaMotion.Media.Chapters;

namespace MangaMotion.Cli.Videos;

/// <summary>Files of a chapter, and the file that its video is saved to.</summary>
internal static class ChapterFiles
{
    /// <summary>Lists the files of a chapter: each argument is a file, or a folder of pages.</summary>
    public static IEnumerable<FileToSend> List(IEnumerable<string> arguments) =>
        arguments.SelectMany(path => Directory.Exists(path) ? ListPages(path) : [path]).Select(FileToSend.FromDisk);

    public static bool IsChapter(string path) => File.Exists(path) || ListPages(path).Any();

    /// <summary>Whether a path can be the video's file. The folders on the way need not exist.</summary>
    public static bool IsOutput(string path)
    {
        if (path.EndsWith('/') || Directory.Exists(path) || Path.GetExtension(path).ToLowerInvariant() is ".vtt" or ".txt")
            return false;
        for (var folder = Path.GetDirectoryName(Path.GetFullPath(path)); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(folder))
                return false;
        }

        return true;
    }

    /// <summary>Makes the missing folders, and checks that the video can be written before the work begins.</summary>
    /// <exception cref="CommandException">The file cannot be written.</exception>
    public static void PrepareOutput(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            var existed = File.Exists(path);
            File.Open(path, FileMode.OpenOrCreate, FileAccess.Write).Dispose();
            if (!existed)
                File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The video cannot be saved: {exception.Message} Choose another file with --output.");
        }
    }

    private static IEnumerable<string> ListPages(string folder) =>
        Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder).Where(file => PageNames.IsPage(Path.GetFileName(file)))
                .OrderBy(file => Path.GetFileName(file), PageNames.ReadingOrder)
            : [];
}
