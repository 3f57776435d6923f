using Spectre.Console;

namespace MangaMotion.Cli.Tests;

public sealed class ListTableTests
{
    private const string Id = "0190c1d2-0000-7000-8000-000000000001";

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(120)]
    public void No_line_is_wider_than_the_terminal_and_the_id_stays_whole(int width)
    {
        var lines = Write(width, "The file a-very-long-name.png is broken: its header ends after 12 bytes. Send another file.");

        lines.ShouldAllBe(line => line.Length <= width);
        lines.ShouldContain(line => line.StartsWith(Id, StringComparison.Ordinal));
        string.Concat(lines).ShouldContain("FAILED");
    }

    [Fact]
    public void A_narrow_terminal_shows_one_line_a_value_and_a_space_after_its_name()
    {
        var lines = Write(40, "broken");

        lines.ShouldBe([Id, "  status  FAILED", "  cause   broken"]);
    }

    [Fact]
    public void A_wide_terminal_shows_one_line_a_row()
    {
        var lines = Write(200, "broken");

        lines.Count.ShouldBe(2);
        lines[0].ShouldStartWith("id");
        lines[1].ShouldMatch($"^{Id} +FAILED +broken$");
    }

    private static List<string> Write(int width, string cause)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new()
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = width;
        var table = new ListTable("id", "status", "cause");
        table.Add(Id, "[red]FAILED[/]", Markup.Escape(cause));
        table.Write(console);
        return [.. text.ToString().Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)];
    }
}
