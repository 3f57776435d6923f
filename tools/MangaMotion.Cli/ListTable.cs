using Spectre.Console;

namespace MangaMotion.Cli;

/// <summary>Table that fits the terminal: one line a row, or one line a value if a row is wider than the terminal.</summary>
/// <param name="columns">Names of the columns. The first column identifies a row.</param>
internal sealed class ListTable(params string[] columns)
{
    /// <summary>Space that the table adds to each column.</summary>
    private const int Padding = 2;

    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row of texts in Spectre's markup.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write() => Write(AnsiConsole.Console);

    public void Write(IAnsiConsole console)
    {
        var width = columns.Select((column, i) => _rows.Select(row => Measure(row[i])).Append(column.Length).Max() + Padding).Sum();
        if (width <= console.Profile.Width)
            WriteRows(console);
        else
            WriteValues(console);
    }

    private void WriteRows(IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.None).AddColumns([.. columns.Select(column => $"[grey]{column}[/]")]);
        foreach (var row in _rows)
            table.AddRow(row);
        console.Write(table);
    }

    private void WriteValues(IAnsiConsole console)
    {
        foreach (var row in _rows)
        {
            console.MarkupLine(row[0]);
            var grid = new Grid().AddColumn(new GridColumn().NoWrap().Padding(2, 0, 2, 0)).AddColumn(new GridColumn().Padding(0, 0));
            foreach (var (column, cell) in columns.Zip(row).Skip(1).Where(pair => pair.Second.Length > 0))
                grid.AddRow($"[grey]{column}[/]", cell);
            console.Write(grid);
        }
    }

    /// <summary>Counts the cells of the longest line. East Asian characters take two.</summary>
    private static int Measure(string markup) =>
        Markup.Remove(markup).Split('\n').Max(line => line.EnumerateRunes().Sum(rune => rune.Value >= 0x1100 ? 2 : 1));
}
