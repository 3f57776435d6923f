using System.Text.RegularExpressions;
using MangaMotion.Videos;

namespace MangaMotion.Architecture;

/// <summary>Tests that only MangaMotion.Videos has the tables, states and object keys of videos.</summary>
public sealed partial class VideoRowTests
{
    private const string Library = "MangaMotion.Videos";

    [Fact]
    public void Only_the_videos_library_has_SQL_on_the_tables_of_videos() =>
        FindLines(Table()).ShouldBeEmpty($"Statements on these tables are in VideoSql.cs of {Library}.");

    [Fact]
    public void The_SQL_of_videos_is_in_one_file() =>
        Repository.Projects.Single(project => project.Name == Library).Source
            .Where(file => Table().IsMatch(file.Code)).Select(file => Path.GetFileName(file.Path)).ShouldBe(["VideoSql.cs"]);

    [Fact]
    public void A_state_of_a_video_is_written_as_a_constant()
    {
        var states = typeof(VideoStates).GetFields().Select(field => (string)field.GetRawConstantValue()!);

        FindLines(new Regex($"[\"']({string.Join('|', states)})[\"']", RegexOptions.NonBacktracking))
            .ShouldBeEmpty($"Use {nameof(VideoStates)}.");
    }

    [Fact]
    public void Keys_of_videos_are_built_in_one_file() =>
        FindLines(Key()).ShouldBeEmpty($"Use {nameof(VideoKeys)}.");

    private static IEnumerable<string> FindLines(Regex pattern) =>
        from project in Repository.Projects
        where project.Name != Library
        from file in project.Source
        from line in file.Code.Split('\n')
        where pattern.IsMatch(line)
        select $"{file.Path}: {line.Trim()}";

    [GeneratedRegex(
        @"\b(from|join|into|update)\s+(videos|stages|shots|segments)\b", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Table();

    [GeneratedRegex("\"(videos|shots)/", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Key();
}
