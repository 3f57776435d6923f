using MangaMotion.Cli.Videos;

namespace MangaMotion.Cli.Tests;

public sealed class ChapterFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mangamotion-test-").FullName;

    [Fact]
    public void A_folder_stands_for_its_pages_in_reading_order()
    {
        foreach (var name in (string[])["10.png", "2.png", "1.jpg", "notes.txt"])
            File.WriteAllText(Path.Combine(_folder, name), "");

        ChapterFiles.IsChapter(_folder).ShouldBeTrue();
        ChapterFiles.List([_folder]).Select(file => file.Name).ShouldBe(["1.jpg", "2.png", "10.png"]);
    }

    [Fact]
    public void A_folder_without_pages_is_no_chapter() => ChapterFiles.IsChapter(_folder).ShouldBeFalse();

    [Fact]
    public void Missing_folders_of_the_output_are_made_and_no_file_is_left()
    {
        var output = Path.Combine(_folder, "a/b/video.mp4");

        ChapterFiles.IsOutput(output).ShouldBeTrue();
        ChapterFiles.PrepareOutput(output);

        Directory.GetFileSystemEntries(Path.GetDirectoryName(output)!).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("/new/")]
    [InlineData("/file/video.mp4")]
    [InlineData("/video.vtt")]
    public void A_path_that_cannot_be_a_video_is_rejected(string path)
    {
        File.WriteAllText(Path.Combine(_folder, "file"), "");

        ChapterFiles.IsOutput(_folder + path).ShouldBeFalse();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
