using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.Console.Live;
using MangaMotion.Console.Sessions;

namespace MangaMotion.Console.Pages.Creator;

/// <summary>Regions of the page of one video.</summary>
internal static class VideoRegions
{
    public const string State = "video-state";
    public const string Player = "video-player";
    public const string Shots = "shots";

    public static async Task<IReadOnlyList<Region>> ReadAsync(
        MangaMotionClient client, Session session, string argument, CancellationToken cancellationToken) =>
        Create(await client.GetVideoAsync(Guid.Parse(argument), cancellationToken), session);

    public static IReadOnlyList<Region> Create(VideoStatus video, Session session) =>
    [
        Region.Of<VideoState>(State, (nameof(VideoState.Video), video), (nameof(VideoState.MaySubmit), session.MaySubmit)),
        Region.Of<VideoPlayer>(Player, (nameof(VideoPlayer.Video), video)),
        Region.Of<VideoShots>(Shots, (nameof(VideoShots.Video), video)),
    ];
}
