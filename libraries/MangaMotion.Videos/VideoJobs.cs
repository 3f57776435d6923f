using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Jobs;

namespace MangaMotion.Videos;

/// <summary>Job types of a video and of its parts. A type and its queue have the same name.</summary>
public static class VideoJobs
{
    public static readonly JobType<StartVideo> Video = new("video") { WaitsSql = VideoSql.AwaitsApproval };
    public static readonly JobType<GenerateScript> ScriptGen = new("script-gen") { Whole = Video, Stage = StageNames.ScriptGen };

    public static readonly JobType<GenerateVoice> VoiceGen = new("voice-gen")
    {
        Whole = Video,
        Stage = StageNames.VoiceGen,
        HasBulk = true,
    };

    public static readonly JobType<RenderSegment> VideoGen = new("video-gen")
    {
        Whole = Video,
        Stage = StageNames.VideoGen,
        HasBulk = true,
    };

    public static readonly JobType<ComposeVideo> Compositing = new("compositing") { Whole = Video, Stage = StageNames.Compositing };
}
