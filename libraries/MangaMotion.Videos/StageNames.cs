namespace MangaMotion.Videos;

/// <summary>Names of the stages of a video, as in <c>stages.stage</c> and in the API.</summary>
public static class StageNames
{
    public const string ScriptGen = "script_gen";
    public const string VoiceGen = "voice_gen";
    public const string VideoGen = "video_gen";
    public const string Compositing = "compositing";
}
