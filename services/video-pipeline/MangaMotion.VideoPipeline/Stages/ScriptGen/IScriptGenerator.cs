using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Media.Workspaces;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Stages;

/// <summary>The stage <c>script_gen</c>: from a chapter's files to its script.</summary>
public interface IScriptGenerator
{
    /// <summary>
    /// Unpacks the chapter, stores each page and thumbnails of its panels under their <see cref="VideoKeys"/>,
    /// reads the lettering and writes the script. A second run overwrites with the same.
    /// </summary>
    /// <param name="progress">0 to 1; any thread, as often as it likes.</param>
    /// <exception cref="MangaMotion.Jobs.PermanentJobException">The chapter can never become a script; the message is the owner's.</exception>
    Task<WrittenScript> WriteAsync(Chapter chapter, Workspace workspace, IProgress<double> progress, CancellationToken cancellationToken);
}

/// <param name="Files">In the workspace, in the order in which they were sent.</param>
public sealed record Chapter(Guid VideoId, IReadOnlyList<LocalChapterFile> Files, VideoOptions Options);

/// <param name="Path">In the workspace; read-only.</param>
/// <param name="Name">What its owner calls it; never a path.</param>
public sealed record LocalChapterFile(string Path, string Name);

/// <param name="Pages">Those of the script that have a picture.</param>
public sealed record WrittenScript(VideoScript Script, IReadOnlyList<StoredPage> Pages);
