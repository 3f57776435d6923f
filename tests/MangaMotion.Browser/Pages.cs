namespace MangaMotion.Browser;

/// <summary>Pages of the console that need no id.</summary>
internal static class Pages
{
    public static IReadOnlyList<string> All { get; } =
    [
        "/videos", "/new", "/ingests", "/failures", "/ops", "/ops/jobs", "/ops/dead", "/ops/queues", "/ops/workers", "/ops/stats",
        "/ops/webhooks", "/ops/keys", "/ops/audit", "/collections/lantern/cast",
    ];
}
