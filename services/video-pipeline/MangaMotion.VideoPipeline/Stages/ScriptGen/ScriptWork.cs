using System.Text.Json;
using MangaMotion.Comics.Script;
using MangaMotion.Contracts.Videos.V1;
using MangaMotion.Jobs.Running;
using MangaMotion.Storage;
using MangaMotion.Videos;

namespace MangaMotion.VideoPipeline.Stages.ScriptGen;

/// <summary>Work of the part of <c>script_gen</c>: fetches the chapter and makes its script.</summary>
internal sealed class ScriptWork(StageRun stage, VideoQuery videos, IScriptGenerator generator, IObjectStore store)
{
    public Task<ScriptResult> RunAsync(JobRun<GenerateScript> run, CancellationToken cancellationToken) => stage.RunAsync(async workspace =>
    {
        var start = await videos.ReadCommandAsync(run.Command.VideoId, cancellationToken);
        var files = new List<LocalChapterFile>(start.Files.Count);
        foreach (var file in start.Files)
        {
            var path = workspace.NewPath();
            await store.FetchAsync(file.Key, path, cancellationToken);
            files.Add(new(path, file.Name));
        }

        var progress = new StageProgress(run.Report, Stage.ScriptGen);
        var written = await generator.WriteAsync(new(run.Command.VideoId, files, start.Options), workspace, progress, cancellationToken);
        return new ScriptResult(JsonElement.Parse(ScriptJson.Write(written.Script)), written.Pages);
    });
}
