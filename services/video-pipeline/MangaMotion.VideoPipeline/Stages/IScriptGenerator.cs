using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.VideoPipeline.Stages;

/// <summary>The stage <c>script_gen</c>: from a chapter's files to its script.</summary>
public interface IScriptGenerator
{
    /// <summary>
    /// Unpacks the chapter, stores each page under <c>videos/{VideoId:N}/pages/</c> and thumbnails of its panels under
    /// <c>videos/{VideoId:N}/panels/</c>, reads the lettering and writes the script. A second run overwrites with the same.
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

/// <summary>A page's picture in the object store.</summary>
/// <param name="Number">As <see cref="ScriptPage.Number"/>.</param>
/// <param name="Sha256">Lower-case hex, of the stored bytes.</param>
public sealed record StoredPage(int Number, string Key, string Sha256)
{
    /// <summary>Those that were found on it, with their thumbnails; none where they could not be made.</summary>
    public IReadOnlyList<StoredPanel> Panels { get; init; } = [];
}

/// <summary>A panel as it was found, in pixels of its page; what an owner makes of it later has no thumbnail.</summary>
/// <param name="Key">Of its thumbnail, a JPEG of at most 320 pixels.</param>
public sealed record StoredPanel(int X, int Y, int Width, int Height, string Key);
