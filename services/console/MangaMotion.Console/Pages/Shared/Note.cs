namespace MangaMotion.Console.Pages.Shared;

/// <summary>Notes that a page shows after an action. The address has their name only, so it cannot bring a text of its own.</summary>
internal static class Note
{
    public const string Parameter = "note";

    public const string Approved = "approved";
    public const string Canceled = "canceled";
    public const string Replayed = "replayed";
    public const string Saved = "saved";
    public const string Queued = "queued";
    public const string CastSaved = "cast";
    public const string Paused = "paused";
    public const string Resumed = "resumed";
    public const string Draining = "draining";
    public const string Revoked = "revoked";
    public const string Deleted = "deleted";
    public const string Sent = "sent";

    private static readonly Dictionary<string, string> Texts = new(StringComparer.Ordinal)
    {
        [Approved] = "Approved. The video continues.",
        [Canceled] = "Canceled. Running work stops within seconds.",
        [Replayed] = "Started again, with its attempts reset.",
        [Saved] = "Saved. Only the changed shots are made again.",
        [Queued] = "Saved. The edit is made when the video is finished.",
        [CastSaved] = "Saved. Videos that are sent to this collection from now on take this cast.",
        [Paused] = "Paused. Workers start no job from this queue; running jobs finish.",
        [Resumed] = "Resumed.",
        [Draining] = "Drained. The worker finishes its running jobs and takes no others.",
        [Revoked] = "Revoked. The key is rejected within seconds.",
        [Deleted] = "Deleted.",
        [Sent] = "The delivery is sent again.",
    };

    public static string? Find(string? name) => name is null ? null : Texts.GetValueOrDefault(name);
}
