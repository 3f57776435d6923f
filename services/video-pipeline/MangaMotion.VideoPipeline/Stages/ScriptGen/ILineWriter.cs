using MangaMotion.Comics.Script;

namespace MangaMotion.VideoPipeline.Stages.ScriptGen;

/// <summary>Makes the lines of a script better than what was read off the pages.</summary>
internal interface ILineWriter
{
    /// <summary>Never fails for the provider's sake: what it could not write stays as it was, marked as a draft.</summary>
    /// <returns>The same shots with other lines and speakers.</returns>
    Task<VideoScript> WriteAsync(VideoScript script, CancellationToken cancellationToken);
}
