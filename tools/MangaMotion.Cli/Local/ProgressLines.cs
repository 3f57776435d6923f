using System.Diagnostics;
using Spectre.Console;

namespace MangaMotion.Cli.Local;

/// <summary>Progress as one line a step, with the seconds since the start.</summary>
internal sealed class ProgressLines : IProgress<string>
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    public void Report(string value) => AnsiConsole.MarkupLineInterpolated($"[grey]{_watch.Elapsed.TotalSeconds,5:0.0} s[/]  {value}");
}
