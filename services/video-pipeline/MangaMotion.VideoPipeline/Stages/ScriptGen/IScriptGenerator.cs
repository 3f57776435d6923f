using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Media.Workspaces;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Stages.ScriptGen;

/// <summary>Makes the script of a chapter.</summary>
public interface IScriptGenerator
{
    /// <summary>
    /// Unpacks the chapter, stores each page and thumbnails of its panels under their <see cref="VideoKeys"/>, reads the lettering and
    /// writes the script. A second run overwrites the objects with the same content.
    /// </summary>
    /// <param name="progress">Reports 0 to 1, from any thread.</param>
    /// <exception cref="MangaMotion.Jobs.PermanentJobException">The chapter cannot become a script.</exception>
    Task<WrittenScript> WriteAsync(
        Chapter chapter, Workspace workspace, IProgress<double> progress, CancellationToken cancellationToken);
}

/// <param name="Files">Files in the workspace, in the order in which they were sent.</param>
public sealed record Chapter(Guid VideoId, IReadOnlyList<LocalChapterFile> Files, VideoOptions Options);

/// <param name="Path">File in the workspace; read-only.</param>
/// <param name="Name">Name that its owner gave it; never a path.</param>
public sealed record LocalChapterFile(string Path, string Name);

/// <param name="Pages">Pages of the script that have a picture.</param>
public sealed record WrittenScript(VideoScript Script, IReadOnlyList<StoredPage> Pages);
