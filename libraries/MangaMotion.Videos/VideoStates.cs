namespace MangaMotion.Videos;

/// <summary>States of a video's saga, as in <c>videos.state</c>. A state has the name of the stage that runs in it.</summary>
public static class VideoStates
{
    /// <summary>The command was received and no stage has begun.</summary>
    public const string Initial = "Initial";

    public const string ScriptGen = "ScriptGen";

    /// <summary>The script is written and waits for the approval of its owner.</summary>
    public const string AwaitingApproval = "AwaitingApproval";

    public const string VoiceGen = "VoiceGen";
    public const string VideoGen = "VideoGen";
    public const string Compositing = "Compositing";

    public const string Completed = "Completed";

    /// <summary>Finished after the stage that the owner named in <c>stop_at</c>.</summary>
    public const string Stopped = "Stopped";
}
