using MangaMotion.Formats.Cells;

namespace MangaMotion.Formats;

public sealed class PictureFormatTests(Bench bench) : FormatTests(bench)
{
    public static TheoryData<string> Names => [.. Pictures.All.Select(cell => cell.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_picture_comes_out_as_declared(string name) => CheckAsync(Pictures.All, name);
}

public sealed class VideoFormatTests(Bench bench) : FormatTests(bench)
{
    public static TheoryData<string> Names => [.. Videos.All.Select(cell => cell.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_video_comes_out_as_declared(string name) => CheckAsync(Videos.All, name);
}

public sealed class SoundFormatTests(Bench bench) : FormatTests(bench)
{
    public static TheoryData<string> Names => [.. Sounds.All.Select(cell => cell.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_sound_comes_out_as_declared(string name) => CheckAsync(Sounds.All, name);
}

public sealed class DocumentFormatTests(Bench bench) : FormatTests(bench)
{
    public static TheoryData<string> Names => [.. Documents.All.Select(cell => cell.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_document_comes_out_as_declared(string name) => CheckAsync(Documents.All, name);
}

public sealed class ChapterFormatTests(Bench bench) : FormatTests(bench)
{
    public static TheoryData<string> Names => [.. Chapters.All.Select(cell => cell.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_chapter_comes_out_as_declared(string name) => CheckAsync(Chapters.All, name);
}

/// <summary>Runs cells of the matrix.</summary>
public abstract class FormatTests(Bench bench)
{
    protected async Task CheckAsync(IEnumerable<Cell> cells, string name) =>
        (await bench.RunAsync(cells.Single(cell => cell.Name == name))).ShouldNotBeEmpty();
}
