using System.Globalization;
using System.Text;

namespace MangaMotion.ServiceDefaults.Tests.Telemetry;

/// <summary>Strict reader of Prometheus' text format 0.0.4. It rejects everything that a scrape would reject.</summary>
internal sealed class PrometheusSamples
{
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _values = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string> Types => _types;

    /// <summary>Value of a series, by its name and labels.</summary>
    public double this[string name, params (string Name, string Value)[] labels] => _values[Key(name, labels)];

    public static PrometheusSamples Parse(string text)
    {
        text.ShouldEndWith("\n");
        var samples = new PrometheusSamples();
        var family = "";
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
                continue;
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var parts = line.Split(' ');
                family = parts[2];
                samples._types.TryAdd(family, parts[3]).ShouldBeTrue($"one block for {family}");
                parts[3].ShouldBeOneOf("counter", "gauge", "histogram");
                continue;
            }

            var (name, labels, value) = ParseSample(line);
            var belongs = samples._types[family] == "histogram" ? name.StartsWith(family, StringComparison.Ordinal) : name == family;
            belongs.ShouldBeTrue($"{name} stands in the block of {family}");

            // Services of other tests run in this process. An instrument of an ended service is exported once more, beside the new one.
            samples._values[Key(name, labels)] = value;
        }

        return samples;
    }

    private static (string Name, (string, string)[] Labels, double Value) ParseSample(string line)
    {
        var at = line.IndexOf('{');
        var name = line[..at];
        name.ShouldMatch("^[a-zA-Z_:][a-zA-Z0-9_:]*$");
        at++;
        var labels = new List<(string, string)>();
        while (line[at] != '}')
        {
            var equals = line.IndexOf('=', at);
            var label = line[at..equals];
            label.ShouldMatch("^[a-zA-Z_][a-zA-Z0-9_]*$");
            line[equals + 1].ShouldBe('"');
            var value = new StringBuilder();
            for (at = equals + 2; line[at] != '"'; at++)
            {
                if (line[at] != '\\')
                {
                    value.Append(line[at]);
                }
                else
                {
                    value.Append(line[++at] switch
                    {
                        'n' => '\n',
                        '\\' => '\\',
                        '"' => '"',
                        var other => throw new FormatException($"\\{other} in {line}"),
                    });
                }
            }

            labels.Add((label, value.ToString()));
            at++;
            if (line[at] == ',')
                at++;
        }

        labels.Select(x => x.Item1).ShouldBeUnique();
        line[at + 1].ShouldBe(' ');
        var number = line[(at + 2)..];
        return (name, [.. labels], number switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => double.Parse(number, CultureInfo.InvariantCulture),
        });
    }

    private static string Key(string name, IEnumerable<(string Name, string Value)> labels) =>
        name + string.Concat(labels
            .Where(label => label.Name is not ("otel_scope_name" or "otel_scope_version"))
            .OrderBy(label => label.Name, StringComparer.Ordinal)
            .Select(label => $"|{label.Name}={label.Value}"));
}
