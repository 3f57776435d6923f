using System.Text;
using MangaMotion.Formats.Cells;

namespace MangaMotion.Formats;

/// <summary>Compares the tables in docs/formats.md with what comes out of every cell.</summary>
public sealed class FormatsPageTests(Bench bench)
{
    private const string Begin = "<!-- tables: written by MANGAMOTION_WRITE_GOLDENS=1 dotnet test tests/MangaMotion.Formats -->\n";

    private static readonly string Page = Path.Combine(Root(), "docs", "formats.md");

    [Fact]
    public async Task The_page_of_formats_says_what_comes_out()
    {
        IReadOnlyList<Cell> cells = [.. Pictures.All, .. Documents.All, .. Chapters.All, .. Videos.All, .. Sounds.All];
        var page = await File.ReadAllTextAsync(Page);
        var expected = page[..(page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)] + await TablesAsync(cells);
        if (Environment.GetEnvironmentVariable("MANGAMOTION_WRITE_GOLDENS") == "1")
            await File.WriteAllTextAsync(Page, expected);
        else
            page.ShouldBe(expected);

        cells.Count.ShouldBeGreaterThanOrEqualTo(150);
        cells.Select(cell => cell.Name).ShouldBeUnique();
    }

    private async Task<string> TablesAsync(IEnumerable<Cell> cells)
    {
        var tables = new StringBuilder();
        foreach (var group in cells.GroupBy(cell => cell.Group))
        {
            tables.Append('\n').Append("## ").Append(group.Key)
                .Append("\n\n| container | codec | declared | comes out as |\n| --- | --- | --- | --- |\n");
            foreach (var cell in group)
                tables.Append("| ").AppendJoin(" | ", cell.Container, cell.Codec, cell.Declared, await bench.RunAsync(cell)).Append(" |\n");
        }

        return tables.ToString();
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "MangaMotion.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
