namespace MangaMotion.Benchmarks.Records;

/// <summary>Records of one shape, as NDJSON and as CSV.</summary>
/// <param name="Count">How many.</param>
/// <param name="Record">The values of record n, as JSON by name.</param>
internal sealed record SampleRecords(string Name, int Count, Func<int, (string Field, string Json)[]> Record)
{
    private static readonly string[] Words = ["harbour", "storm", "lantern", "voyage", "chart", "island", "Ærø", "航海"];

    public static IReadOnlyList<SampleRecords> Shapes { get; } =
    [
        new("books", 300_000, n =>
        [
            ("id", $"{n}"), ("title", $"\"The {Words[n % 8]} of the {Words[n / 8 % 8]}, volume {n % 97}\""),
            ("author", $"\"{Words[n / 3 % 8]} {Words[n / 5 % 8]}\""),
            ("pages", $"{n % 900}"), ("price", $"{n % 80}.{n % 100:00}"), ("sold", n % 3 == 0 ? "true" : "false"),
            ("published", $"\"{1950 + (n % 75)}-{1 + (n % 12):00}-{1 + (n % 28):00}\""),
            ("seen_at", $"\"2027-01-{1 + (n % 28):00}T{n % 24:00}:{n % 60:00}:{n / 7 % 60:00}.{n % 1000:000}Z\""),
            ("isbn", $"\"978{n % 10_000_000_000L:0000000000}\""), ("rating", $"{n % 5}.{n % 10}"),
        ]),
        new("readings", 600_000, n =>
        [
            ("sensor", $"{n % 500}"), ("value", $"{n * 7919L % 1_000_003}"), ("ok", n % 50 == 0 ? "false" : "true"),
        ]),
    ];

    public void Write(string ndjson, string csv)
    {
        using var json = new StreamWriter(ndjson);
        using var rows = new StreamWriter(csv);
        for (var n = 1; n <= Count; n++)
        {
            var record = Record(n);
            json.WriteLine($"{{{string.Join(',', record.Select(field => $"\"{field.Field}\":{field.Json}"))}}}");
            rows.WriteLine($"0,{n},{string.Join(',', record.Select(field => field.Json))}");
        }
    }
}
