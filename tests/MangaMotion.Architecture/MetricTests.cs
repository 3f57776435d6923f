using System.Text.RegularExpressions;

namespace MangaMotion.Architecture;

/// <summary>Stability of the names of metrics, which dashboards and alerts use. A renamed metric disables its alerts silently.</summary>
public sealed partial class MetricTests
{
    [Fact]
    public void Meters_and_instruments_have_the_released_names() => Golden.Compare(
        "metrics.txt",
        Meters.Concat(Instruments).Order(StringComparer.Ordinal),
        "Dashboards, alerts and docs/operations.md hold these names: change them together.");

    [Fact]
    public void The_operations_page_names_every_instrument()
    {
        var page = File.ReadAllText(Repository.PathOf("docs/operations.md"));

        InstrumentNames.ShouldNotBeEmpty();
        InstrumentNames.Where(name => !page.Contains(PrometheusStem(name), StringComparison.Ordinal)).ShouldBeEmpty(
            "docs/operations.md does not describe these.");
    }

    private static IEnumerable<(string Path, string Code)> Source => Repository.Projects.SelectMany(project => project.Source);

    private static IEnumerable<string> Meters => Source
        .SelectMany(file => MeterName().Matches(file.Code).Select(match => Resolve(match.Groups["name"].Value, file.Code)))
        .Select(name => $"meter {name}")
        .Distinct();

    private static IEnumerable<string> Instruments =>
        Matches.Select(match => $"{Kind(match)} {match.Groups["name"].Value} {Unit(match)}".TrimEnd());

    private static IEnumerable<string> InstrumentNames => Matches.Select(match => match.Groups["name"].Value);

    private static IEnumerable<Match> Matches => Source.SelectMany(file => Instrument().Matches(file.Code));

    private static string Kind(Match match) => match.Groups["kind"].Value switch
    {
        "ObservableGauge" => "gauge",
        "ObservableCounter" => "counter",
        "ObservableUpDownCounter" => "up-down-counter",
        "UpDownCounter" => "up-down-counter",
        var kind => kind.ToLowerInvariant(),
    };

    private static string Unit(Match match) =>
        Literal().Matches(match.Groups["rest"].Value).Select(literal => literal.Groups["text"].Value).FirstOrDefault() ?? "";

    private static string PrometheusStem(string name) => name.Replace('.', '_');

    /// <summary>Returns the text of a literal, or of the constant with that name in the same file.</summary>
    private static string Resolve(string argument, string code) => argument.StartsWith('"')
        ? argument.Trim('"')
        : Regex.Match(
            code, $@"const string {Regex.Escape(argument)} = ""(?<value>[^""]+)""", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))
            .Groups["value"].Value;

    [GeneratedRegex(
        """(new Meter\(|Meter \w+ = new\(|eters\.Create\()(?<name>"[^"]+"|\w+)""",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex MeterName();

    [GeneratedRegex(
        """\.Create(?<kind>Counter|UpDownCounter|Histogram|Gauge|ObservableGauge|ObservableCounter|ObservableUpDownCounter)"""
        + """(<\w+>)?\(\s*"(?<name>[^"]+)"(?<rest>[^;]*);""",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Instrument();

    [GeneratedRegex("\"(?<text>[^\"]*)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Literal();
}
