using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MangaMotion.Api;
using MangaMotion.Client;
using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;
using MangaMotion.Media.Tests;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>Small videos by HTTP with real processes and stages.</summary>
public sealed class VideoTests(TestStack stack)
{
    internal static readonly TimeSpan StageTimeout = TimeSpan.FromMinutes(4);

    private static readonly (string, string)[] QuickLease =
        [("Jobs__Lease", "00:00:06"), ("Jobs__Concurrency", "2"), ("Jobs__ReconcileAfter", "00:00:05")];

    /// <summary>
    /// Settings without a grace period and with the default lease, so that none lapses on a slow machine where crashes are counted.
    /// </summary>
    private static readonly (string, string)[] NoGrace =
        [("Jobs__Concurrency", "2"), ("Jobs__ShutdownGrace", "00:00:00"), ("Jobs__ReconcileAfter", "00:00:05")];

    private static readonly string[] PartTypes = ["voice-gen", "video-gen", "compositing"];

    [Fact]
    public async Task A_chapter_becomes_a_video_and_a_changed_line_rebuilds_one_speech_and_at_most_three_segments()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        await installation.StartVideoAsync();
        var id = await SubmitAsync(
            installation, ("music", "true"), ("burn_subtitles", "true"),
            ("variants", """[{"name":"poster","longest_side":160,"format":"webp"},{"name":"square","longest_side":100,"fit":"crop"}]"""));
        await ApproveWithLinesAsync(installation, id, script =>
        {
            var panel = script["shots"]![0]!["panel"]!;
            panel["width"] = panel["width"]!.GetValue<int>() - 10;
        });
        var video = await UntilDoneAsync(installation, id);

        video.Progress.ShouldBe(100);
        video.Stages.Select(stage => (stage.Name, stage.Status, stage.Progress)).ShouldBe(
            [("script_gen", "DONE", 100), ("voice_gen", "DONE", 100), ("video_gen", "DONE", 100), ("compositing", "DONE", 100)]);
        (video.Direction, video.DirectionFrom, video.Language, video.LanguageFrom).ShouldBe(("ltr", "request", "en", "default"));
        video.Notes.ShouldBeEmpty();
        video.Shots.ShouldAllBe(shot => shot.Status == "DONE" && shot.Line != null);
        using var page = await installation.GetAsync(video.Shots[0].PageUrl);
        page.Content.Headers.ContentType!.MediaType.ShouldNotBeNull().ShouldStartWith("image/");
        video.Shots[0].ThumbnailUrl.ShouldBeNull("its panel is another than was found");
        using var thumbnail = await installation.GetAsync(video.Shots[^1].ThumbnailUrl.ShouldNotBeNull());
        thumbnail.Content.Headers.ContentType!.MediaType.ShouldBe("image/jpeg");
        video.Shots.Skip(1).Select(shot => shot.ThumbnailUrl).ShouldBeUnique();
        await HearAndWatchAsync(installation, video, video.Shots[^1]);
        using var copy = new MemoryStream();
        await installation.Client.CopyVideoFileAsync(id, "video", copy);
        copy.ToArray()[4..8].ShouldBe("ftyp"u8.ToArray());
        var read = SampleMedia.Analyse(copy.ToArray(), "mp4");
        read.Duration.TotalSeconds.ShouldBe(video.Results.ShouldNotBeNull().Seconds, 0.1);
        var (picture, sound) = (read.PrimaryVideoStream.ShouldNotBeNull(), read.PrimaryAudioStream.ShouldNotBeNull());
        (picture.CodecName, picture.Width, picture.Height, sound.CodecName).ShouldBe(("h264", 320, 180, "aac"));
        sound.Duration.TotalSeconds.ShouldBe(picture.Duration.TotalSeconds, 0.1);
        read.PrimarySubtitleStream.ShouldNotBeNull().CodecName.ShouldBe("mov_text");
        read.Chapters.Count.ShouldBe(2, "one for each page");
        using var poster = new MemoryStream();
        await installation.Client.CopyVideoFileAsync(id, "poster", poster);
        var drawn = SampleMedia.Analyse(poster.ToArray(), "img").PrimaryVideoStream.ShouldNotBeNull();
        (drawn.Width, drawn.Height).ShouldBe((320, 180));
        video.Results.Variants.Select(variant => (variant.Name, variant.Url, variant.ContentType, variant.Width, variant.Height)).ShouldBe(
        [
            ("poster", $"/api/v1/videos/{id}/variants/poster", "image/webp", 160, 90),
            ("square", $"/api/v1/videos/{id}/variants/square", "image/jpeg", 100, 100),
        ]);
        foreach (var variant in video.Results.Variants)
        {
            using var file = await installation.GetAsync(variant.Url);
            (file.Content.Headers.ContentType!.MediaType, file.Content.Headers.ContentLength).ShouldBe(
                (variant.ContentType, variant.Bytes));
            var shown = SampleMedia.Analyse(await file.Content.ReadAsByteArrayAsync(), "img").PrimaryVideoStream.ShouldNotBeNull();
            (shown.Width, shown.Height).ShouldBe((variant.Width, variant.Height));
        }

        using var subtitles = new MemoryStream();
        await installation.Client.CopyVideoFileAsync(id, "subtitles", subtitles);
        System.Text.Encoding.UTF8.GetString(subtitles.ToArray()).ShouldContain("number");

        TypeStats[] measured = [];
        await Eventually.Until(async () =>
        {
            var statistics = await installation.Client.GetStatsAsync();
            measured = [.. statistics.Windows[1].Types.Where(type => type.Type == "video")];
            return measured.Length == 5;
        });
        measured.Select(stage => (stage.Stage, stage.Done, stage.Failed)).ShouldBe(
            [("", 1, 0), ("compositing", 1, 0), ("script_gen", 1, 0), ("video_gen", video.Shots.Count + 1, 0),
                ("voice_gen", video.Shots.Count, 0)]);
        measured.ShouldAllBe(
            stage => stage.Run!.P50 > 0 && stage.Run.P50 <= stage.Total!.P99 && stage.PerSecond > 0 && stage.ErrorRate == 0);

        var wrong = Path.Combine(installation.Store, "wrong.json");
        foreach (var (text, replaced, fault) in new[]
        {
            ("\"panel\":", "\"pannel\":", "There is no member 'pannel' here."),
            ("\"direction\": \"ltr\"", "\"direction\": \"up\"", "direction: The value must be one of rtl, ltr."),
        })
        {
            var edited = (await ReadScriptAsync(installation, id)).Replace(text, replaced, StringComparison.Ordinal);
            await File.WriteAllTextAsync(wrong, edited);
            var refused = await installation.RunToolAsync("video", "edit", $"{id}", wrong);
            (refused.ExitCode, refused.Errors.TrimEnd().Split('\n').Length).ShouldBe((2, 1), refused.Errors);
            refused.Errors.ShouldContain(fault);
            refused.Errors.ShouldContain("The schema is at /schemas/video-script.v1.json.");
        }

        File.Delete(wrong);
        var before = await DonePartsAsync(installation);
        var script = JsonNode.Parse(await ReadScriptAsync(installation, id))!;
        script["shots"]![1]!["line"] = "A line that is quite different now, and longer. \U00016D43";
        (await installation.Client.PutScriptAsync(id, Encoding.UTF8.GetBytes(script.ToJsonString()))).Status.ShouldBe("UPLOADED");
        (await installation.Client.GetVideoAsync(id)).Results.ShouldNotBeNull().Outdated.ShouldBeTrue();
        using var beforeEdit = new MemoryStream();
        await installation.Client.CopyVideoFileAsync(id, "video", beforeEdit);
        beforeEdit.ToArray().ShouldBe(copy.ToArray());
        var remade = await UntilDoneAsync(installation, id);
        remade.Results.ShouldNotBeNull().Outdated.ShouldBeFalse();
        remade.Notes.ShouldHaveSingleItem().ShouldContain("No installed font has these characters of the texts in the picture");
        var after = await DonePartsAsync(installation);

        (after["voice-gen"] - before["voice-gen"]).ShouldBe(1);
        (after["video-gen"] - before["video-gen"]).ShouldBeInRange(1, 3);
        (after["compositing"] - before["compositing"]).ShouldBe(1);
        (await installation.Client.GetAuditAsync()).Entries.Select(entry => (entry.Action, entry.Target)).ShouldBe(
            [("replaceVideoScript", $"{id}"), ("approveVideo", $"{id}"), ("replaceVideoScript", $"{id}")]);

        Directory.GetDirectories(Path.Combine(installation.Store, "shots")).Length.ShouldBeGreaterThan(video.Shots.Count);
        await installation.Client.DeleteVideoAsync(id);
        Directory.Exists(Path.Combine(installation.Store, "shots")).ShouldBeFalse("nothing is left below it");
    }

    [Fact]
    public async Task One_shot_is_previewed_before_anything_else_is_made_and_the_video_reuses_it()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        var id = await SubmitAsync(installation);
        (await RejectedAsync(() => installation.Client.PreviewShotAsync(id, "p001-s01"))).ShouldSatisfyAllConditions(
            problem => problem.Status.ShouldBe(409), problem => problem.Code.ShouldBe("script_not_written"));
        var worker = await installation.StartVideoAsync();
        await WriteLinesAsync(installation, id);
        var shot = (await installation.Client.GetVideoAsync(id)).Shots[1].Id;

        using (var asked = await installation.Http.SendAsync(CreateRequest()))
        {
            ((int)asked.StatusCode).ShouldBe(202);
            asked.Headers.Location!.ToString().ShouldEndWith($"/api/v1/videos/{id}/shots/{shot}/segment");
        }

        var video = await UntilPreviewedAsync();
        await HearAndWatchAsync(installation, video, video.Shots[1]);
        (video.State, video.Shots[1].Status, video.Shots[0].SegmentUrl).ShouldBe((VideoStateNames.AwaitingApproval, "DONE", null));
        (await DonePartsAsync(installation)).ShouldBe(Parts(voice: 1, segments: 1, compositions: 0), ignoreOrder: true);
        using (var again = await installation.Http.SendAsync(CreateRequest()))
            ((int)again.StatusCode).ShouldBe(200);
        var saved = Path.Combine(installation.Store, "shot.mp4");
        var tool = await installation.RunToolAsync("video", "preview", $"{id}", shot, "-o", saved);
        tool.ExitCode.ShouldBe(0, tool.Errors);
        (new FileInfo(saved).Length, new FileInfo(Path.ChangeExtension(saved, ".wav")).Length).ShouldSatisfyAllConditions(
            files => files.Item1.ShouldBeGreaterThan(1_000), files => files.Item2.ShouldBeGreaterThan(1_000));
        (await RejectedAsync(() => installation.Client.PreviewShotAsync(id, "p009-s09"))).Code.ShouldBe("unknown_shot");
        (await RejectedAsync(() => installation.Client.PreviewShotAsync(Guid.NewGuid(), shot))).Code.ShouldBe("unknown_video");

        await installation.Client.EditShotAsync(id, shot, new() { ["line"] = "Another line of this shot." });
        (await installation.Client.GetVideoAsync(id)).Shots[1].SegmentUrl.ShouldBeNull("the preview shows the script of before");
        await installation.Client.PreviewShotAsync(id, shot);
        await UntilPreviewedAsync();
        var segment = await installation.ScalarAsync<Guid>("select segment_job_id from previews");
        await installation.Client.ApproveVideoAsync(id);
        await UntilDoneAsync(installation, id);

        await EveryPartWasDoneOnceAsync(installation);
        (await installation.ScalarAsync<Guid>($"select segment_job_id from shots where shot_id = '{shot}'")).ShouldBe(segment);
        (await installation.Client.PreviewShotAsync(id, shot)).Status.ShouldBe("DONE");
        (await worker.TerminateAsync()).ShouldBe(0);
        await installation.Client.EditShotAsync(id, shot, new() { ["line"] = "A third line of this shot." });
        await installation.Client.CancelJobAsync(id);
        (await RejectedAsync(() => installation.Client.PreviewShotAsync(id, shot))).ShouldSatisfyAllConditions(
            problem => problem.Status.ShouldBe(409), problem => problem.Code.ShouldBe("video_ended"));

        HttpRequestMessage CreateRequest()
        {
            var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/videos/{id}/shots/{shot}/preview");
            request.Headers.Add("X-Api-Key", Installation.Key);
            return request;
        }

        async Task<VideoStatus> UntilPreviewedAsync()
        {
            await Eventually.Until(
                async () => (await installation.Client.GetVideoAsync(id)).Shots[1] is { VoiceUrl: not null, SegmentUrl: not null },
                StageTimeout, "the shot is made");
            return await installation.Client.GetVideoAsync(id);
        }

        static Dictionary<string, long> Parts(long voice, long segments, long compositions) =>
            new() { ["voice-gen"] = voice, ["video-gen"] = segments, ["compositing"] = compositions };
    }

    [Fact]
    public async Task Kill_minus_9_at_every_stage_redoes_no_finished_shot()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        var worker = await installation.StartVideoAsync(QuickLease);
        var id = await SubmitAsync(installation);
        await worker.FreezeWhenAsync(() => IsRunningAsync(installation, "script-gen"), StageTimeout);
        await worker.KillAsync();
        worker = await installation.StartVideoAsync(QuickLease);
        await ApproveWithLinesAsync(installation, id);
        foreach (var part in PartTypes)
        {
            await worker.FreezeWhenAsync(() => IsRunningAsync(installation, part), StageTimeout);
            await worker.KillAsync();
            worker = await installation.StartVideoAsync(QuickLease);
        }

        await UntilDoneAsync(installation, id);

        await EveryPartWasDoneOnceAsync(installation);
        (await installation.ScalarAsync<long>("select count(*) from jobs where crashes > 0")).ShouldBeGreaterThanOrEqualTo(4);
        (await installation.ScalarAsync<int>("select max(attempts) from jobs")).ShouldBe(1);
    }

    [Fact]
    public async Task A_worker_stopped_at_every_stage_counts_no_attempt()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        var worker = await installation.StartVideoAsync(NoGrace);
        var id = await SubmitAsync(installation);
        await ApproveWithLinesAsync(installation, id);
        foreach (var part in PartTypes)
        {
            await Eventually.Until(() => IsRunningAsync(installation, part), StageTimeout, $"a {part} runs");
            (await worker.TerminateAsync()).ShouldBe(0);
            worker = await installation.StartVideoAsync(NoGrace);
        }

        await UntilDoneAsync(installation, id);

        await EveryPartWasDoneOnceAsync(installation);
        (await installation.ScalarAsync<int>("select max(attempts) from jobs")).ShouldBe(1);
        (await installation.ScalarAsync<int>("select max(crashes) from jobs")).ShouldBe(0);
    }

    [Fact]
    public async Task Restarts_of_broker_and_database_during_a_video_lose_no_part()
    {
        await using var servers = await PrivateServers.StartAsync(durable: true);
        await using var installation = new Installation(
            servers.Postgres.ConnectionString, servers.Rabbit.AmqpUri, () => ValueTask.CompletedTask);
        await installation.StartIngestAsync();
        await installation.StartVideoAsync(QuickLease);
        var id = await SubmitAsync(installation);
        await ApproveWithLinesAsync(installation, id);
        await Eventually.Until(() => IsRunningAsync(installation, "voice-gen"), StageTimeout, "a line is being spoken");

        await servers.Rabbit.KillAsync();
        await servers.Rabbit.StartAsync();
        await Eventually.Until(() => IsRunningAsync(installation, "video-gen"), StageTimeout, "a segment is being rendered");
        await servers.Postgres.KillAsync();
        await servers.Postgres.StartAsync();

        await UntilDoneAsync(installation, id);
        installation.Database.Clear();
        (await installation.ScalarAsync<long>("select count(*) from jobs where status <> 'DONE'")).ShouldBe(0);
        (await installation.ScalarAsync<long>("select count(*) from failed_jobs")).ShouldBe(0);
    }

    [Fact]
    public async Task Cancel_ends_every_process_of_a_video_and_a_bad_chapter_fails_with_a_reason()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        await installation.StartVideoAsync(("Jobs__Concurrency", "2"));
        var id = await SubmitAsync(installation, ("size", "1920x1080"));
        await Eventually.Until(
            async () => (await installation.Client.GetVideoAsync(id)).State == "awaiting_approval", StageTimeout, "the script is written");
        // Media hosts keep their workspaces while the worker runs.
        var kept = installation.Workspaces;
        await ApproveWithLinesAsync(installation, id);
        await Eventually.Until(() => IsRunningAsync(installation, "video-gen"), StageTimeout, "a segment is being rendered");

        (await installation.Client.CancelJobAsync(id)).Status.ShouldBe("CANCELED");

        await Eventually.Until(
            () => installation.Workspaces.IsSubsetOf(kept), TimeSpan.FromSeconds(60), "the workspaces of the parts are deleted");
        (await installation.ScalarAsync<long>("select count(*) from jobs where status in ('UPLOADED', 'PROCESSING')")).ShouldBe(0);
        (await installation.Client.GetVideoAsync(id)).Results.ShouldBeNull();

        var bad = await installation.Client.CreateVideoAsync(
            [Samples.Named("chapter.cbz", "PK\u0003\u0004 this is no archive"u8.ToArray())]);
        await Eventually.Until(
            async () => (await installation.Client.GetVideoAsync(bad.Id)).Status == "FAILED", StageTimeout, "the bad chapter has failed");
        (await installation.Client.GetVideoAsync(bad.Id)).Error.ShouldNotBeNull().ShouldNotContain("Exception");
        (await installation.ScalarAsync<long>("select count(*) from failed_jobs where job_type = 'video' and resolved_at is null"))
            .ShouldBe(1);
    }

    [Fact]
    public async Task An_unavailable_voice_provider_counts_no_attempt_and_the_local_voice_makes_drafts()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        // No server listens on port 1.
        await installation.StartVideoAsync(
            ("ELEVENLABS_API_KEY", "key"), ("ElevenLabs__BaseUrl", "http://127.0.0.1:1"), ("ElevenLabs__MaxRetries", "0"));
        var id = await SubmitAsync(installation, ("stop_at", "voice_gen"));

        await ApproveWithLinesAsync(installation, id);
        await Eventually.Until(
            async () => (await installation.Client.GetVideoAsync(id)).State == "stopped", StageTimeout, "the lines are spoken");

        (await installation.Client.GetVideoAsync(id)).Shots.ShouldAllBe(shot => shot.Draft);
        (await installation.ScalarAsync<long>("select count(*) from job_attempts where outcome <> 'done'")).ShouldBe(0);
        (await installation.ScalarAsync<long>("select count(*) from failed_jobs")).ShouldBe(0);
    }

    [Fact]
    public async Task Invalid_fields_invalid_scripts_and_videos_of_other_owners_are_rejected()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();

        (await RejectedAsync(() => installation.Client.CreateVideoAsync([Samples.Named("1.png", Samples.Page)], Field("direction", "up"))))
            .Code.ShouldBe("invalid_field");
        (await installation.Client.CreateVideoAsync([Samples.Named("1.png", Samples.Page)],
            new Dictionary<string, string> { ["direction"] = "auto", ["language"] = "auto" })).Status.ShouldBe("accepted");
        (await RejectedAsync(
            () => installation.Client.CreateVideoAsync([Samples.Named("1.png", Samples.Page)], Field("size", "1921x1080"))))
            .Code.ShouldBe("invalid_field");
        (await RejectedAsync(() => installation.Client.CreateVideoAsync([Samples.Named("1.png", Samples.Page)], Field("shape", "round"))))
            .Code.ShouldBe("unknown_field");
        (await RejectedAsync(
            () => installation.Client.CreateVideoAsync([Samples.Named("1.png", Samples.Page)], Field("variants", """[{"name":"a"}]"""))))
            .Detail.ShouldBe("variants[0] has no 'longest_side', which is required.");
        (await RejectedAsync(() => installation.Client.GetVideoAsync(Guid.NewGuid()))).Code.ShouldBe("unknown_video");
        var waiting = await installation.Client.CreateVideoAsync([Samples.Named("1.png", Samples.Page)]);
        (await installation.Client.GetVideoAsync(waiting.Id)).State.ShouldBe("accepted");
        (await RejectedAsync(() => installation.Client.GetScriptAsync(waiting.Id))).Code.ShouldBe("no_script");
        (await RejectedAsync(() => installation.Client.ApproveVideoAsync(waiting.Id))).Code.ShouldBe("nothing_to_approve");

        // The client sends JSON without a declared length.
        (await installation.Client.CreateVideoAsync(new VideoOfIngest { IngestId = waiting.IngestId })).IngestId.ShouldBe(waiting.IngestId);
        (await PostAsync(waiting.IngestId, """{"direction":"LTR"}""")).ShouldBe("202 ");
        (await PostAsync(waiting.IngestId, """{"variants":[{"name":"card","longest_side":640}]}""")).ShouldBe("202 ");
        (await PostAsync(waiting.IngestId, """{"variants":[{"name":"card","longest_side":6400}]}""")).ShouldBe("400 invalid_variants");
        (await PostAsync(Guid.NewGuid(), "{}")).ShouldBe("404 unknown_ingest");
        (await PostAsync(waiting.IngestId, $$"""{"ingest_id":"{{waiting.IngestId}}"}""")).ShouldBe("400 invalid_field");
        (await PostAsync(waiting.IngestId, $$"""{"title":"{{new string('x', 200_000)}}"}""")).ShouldBe("400 invalid_field");
        (await PostAsync(waiting.IngestId, $$"""{"title":"{{new string('x', 3_000_000)}}"}""")).ShouldBe("413 request_too_large");

        async Task<string> PostAsync(Guid ingest, string json)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/ingest/{ingest}/videos")
            {
                Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json"),
                Headers = { { "X-Api-Key", Installation.Key } },
            };
            using var response = await installation.Http.SendAsync(request);
            var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            return $"{(int)response.StatusCode} {answer["code"]}";
        }
    }

    [Fact]
    public async Task Edits_of_a_script_name_their_version_change_one_shot_and_wait_while_the_video_is_made()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        var client = installation.Client;
        var video = (await client.CreateVideoAsync([Samples.Named("1.png", Samples.Page)])).Id;
        var first = CreateScript();
        // No worker runs: the rows are those of a video in its third stage.
        await installation.ExecuteAsync(
            $"""
            insert into videos (id, state, options, script) values ($1, 'VideoGen', '{"{}"}', '{Encoding.UTF8.GetString(
                ScriptJson.Write(first))}'::jsonb)
            """, video);
        await installation.ExecuteAsync(
            "insert into stages (video_id, stage, position, status, started_at) values ($1, 'voice_gen', 1, 'DONE', now())", video);
        await installation.ExecuteAsync("update jobs set status = 'PROCESSING' where id = $1", video);

        var read = await client.GetScriptAsync(video);
        using (var unchanged = await AskAsync(HttpMethod.Get, "", "If-None-Match", read.Version))
            unchanged.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        var preview = await client.PreviewScriptAsync(video, WithLine(first, 1, "Another line."));
        (preview.Lines, preview.Segments, preview.TotalSegments, preview.Seconds).ShouldBe((1, 3, 5, null));
        preview.Shots.ShouldBe(["p001-s02"]);
        preview.Stages.ShouldBe(["voice_gen", "video_gen", "compositing"]);
        (await client.GetVideoAsync(video)).EditQueued.ShouldBeFalse();

        (await client.EditShotAsync(video, "p001-s02", new() { ["line"] = "By the first." }, read.Version)).EditQueued.ShouldBeTrue();
        (await RejectedAsync(() => client.PutScriptAsync(video, WithLine(first, 1, "By the second."), read.Version)))
            .ShouldSatisfyAllConditions(problem => problem.Status.ShouldBe(412), problem => problem.Code.ShouldBe("script_changed"));
        (await RejectedAsync(() => client.EditShotAsync(video, "p001-s02", new() { ["line"] = "Late." }, read.Version))).Code
            .ShouldBe("script_changed");
        await client.EditShotAsync(video, "p001-s01", new() { ["speaker"] = "Mira", ["duration"] = 3.5 });
        var newest = await client.GetScriptAsync(video);
        newest.Script.Shots.Select(shot => (shot.Line, shot.Speaker, shot.Duration)).ShouldBe(
            [("Line 1.", "Mira", 3.5), ("By the first.", null, null), ("Line 3.", null, null)]);
        using (var queued = await AskAsync(
            HttpMethod.Put, "", "If-Match", newest.Version, ScriptJson.Write(WithLine(newest.Script, 2, "The last."))))
        {
            queued.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            queued.Headers.ETag!.ToString().ShouldBe((await client.GetScriptAsync(video)).Version);
        }

        (await RejectedAsync(() => client.EditShotAsync(video, "p009-s09", new() { ["line"] = "x" }))).Code.ShouldBe("unknown_shot");
        foreach (var patch in new[] { "[]", "{", "{\"lin\":1}", "{\"id\":\"p001-s03\"}", "{\"panel\":null}", "{\"line\":1,\"line\":2}" })
        {
            using var refused = await AskAsync(HttpMethod.Patch, "/shots/p001-s02", "If-Match", "*", Encoding.UTF8.GetBytes(patch));
            refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, patch);
        }

        (await client.GetScriptAsync(video)).Script.Shots.Select(shot => shot.Line).ShouldBe(["Line 1.", "By the first.", "The last."]);
        (await client.GetVideoAsync(video)).Shots.Select(shot => shot.Line).ShouldBe(["Line 1.", "Line 2.", "Line 3."]);
        (await client.GetAuditAsync()).Entries.Select(entry => entry.Action).Distinct().ShouldBe(
            ["editVideoShot", "replaceVideoScript"], ignoreOrder: true);

        async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, string header, string tag, byte[]? body = null)
        {
            using var request = new HttpRequestMessage(method, $"/api/v1/videos/{video}/script{path}")
            {
                Content = body is null ? null : new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } },
                Headers = { { "X-Api-Key", Installation.Key }, { header, tag } },
            };
            return await installation.Http.SendAsync(request);
        }
    }

    private static VideoScript CreateScript() => new()
    {
        Title = "Three",
        Language = "en",
        Direction = ReadingDirection.LeftToRight,
        Width = 320,
        Height = 180,
        Fps = 24,
        Pages = [new() { Number = 1, Name = "1", Width = 1000, Height = 1000 }],
        Shots = [.. Enumerable.Range(1, 3).Select(number => new ScriptShot
        {
            Id = ScriptShot.FormatId(1, number),
            Page = 1,
            Panel = new() { X = number * 10, Y = 0, Width = 100, Height = 100 },
            Confidence = 1,
            Line = $"Line {number}.",
            Transition = ShotTransition.Fade,
        })],
    };

    private static VideoScript WithLine(VideoScript script, int position, string line) =>
        script with { Shots = [.. script.Shots.Select((shot, i) => i == position ? shot with { Line = line } : shot)] };

    [Fact]
    public async Task A_poster_gets_the_variants_of_the_collection_of_a_sent_or_named_chapter()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        await installation.Client.SetCollectionVariantsAsync("voyage", new([new("card", 640)]));
        var ingest = await installation.Client.IngestAsync([Samples.Named("1.png", Samples.Page)], Field("collection", "voyage"));

        var sent = await installation.Client.CreateVideoAsync([Samples.Named("1.png", Samples.Page)], Field("collection", "voyage"));
        var named = await installation.Client.CreateVideoAsync(new VideoOfIngest { IngestId = ingest.JobId });
        var own = await installation.Client.CreateVideoAsync(new VideoOfIngest { IngestId = ingest.JobId, Variants = [new("wide", 900)] });
        var other = await installation.Client.CreateVideoAsync([Samples.Named("1.png", Samples.Page)]);

        (await ReadNameAsync(sent)).ShouldBe("card");
        (await ReadNameAsync(named)).ShouldBe("card");
        (await ReadNameAsync(own)).ShouldBe("wide");
        (await ReadNameAsync(other)).ShouldBe("none");

        Task<string> ReadNameAsync(VideoAccepted video) => installation.ScalarAsync<string>(
            $"select coalesce((input -> 'options' ->> 'poster_variants')::jsonb -> 0 ->> 'name', 'none') from jobs "
                + $"where id = '{video.Id}'");
    }

    [Fact]
    public async Task A_collection_keeps_a_cast_for_the_videos_that_follow()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        var client = installation.Client;
        (await client.GetCollectionCastAsync("voyage").ShouldThrowAsync<MangaMotionException>()).Problem.Code.ShouldBe("no_cast");
        var cast = new CollectionCast { Voices = [new("Mira", "flite")], Pronunciations = [new("Aoi", "Ah-oh-ee", "en")] };
        (await client.SetCollectionCastAsync("voyage", cast)).Voices.ShouldBe(cast.Voices);

        (await RefuseAsync(new() { Voices = [new("Mira", "alto")] })).ShouldBe(
            "The cast is not valid. voices[0].voice: The voice must be one of slt, flite, espeak.");
        (await RefuseAsync(new() { Voices = [new("Mira", "slt"), new("mira", "slt")] })).ShouldContain("voices[1].speaker");
        (await RefuseAsync(new() { Pronunciations = [new("Aoi", "...")] })).ShouldContain("pronunciations[0].say");
        (await RefuseAsync(new() { Pronunciations = [new("Aoi", "a", "fr")] })).ShouldContain("en or ja");
        var ingest = await client.IngestAsync([Samples.Named("1.png", Samples.Page)], Field("collection", "voyage"));
        var sent = await client.CreateVideoAsync([Samples.Named("1.png", Samples.Page)], Field("collection", "voyage"));
        var named = await client.CreateVideoAsync(new VideoOfIngest { IngestId = ingest.JobId });
        var other = await client.CreateVideoAsync([Samples.Named("1.png", Samples.Page)]);

        (await client.GetCollectionCastAsync("voyage")).Pronunciations.ShouldBe(cast.Pronunciations);
        (await ReadVoiceAsync(sent)).ShouldBe("flite");
        (await ReadVoiceAsync(named)).ShouldBe("flite");
        (await ReadVoiceAsync(other)).ShouldBe("none");
        var foreign = await client.CreateApiKeyAsync(new("Acme", ["read"], Guid.NewGuid()));
        var acme = MangaMotionClient.Create(installation.Http.BaseAddress!, foreign.Key);
        (await acme.GetCollectionCastAsync("voyage").ShouldThrowAsync<MangaMotionException>()).Problem.Code.ShouldBe("no_cast");

        async Task<string> RefuseAsync(CollectionCast wrong) =>
            (await client.SetCollectionCastAsync("voyage", wrong).ShouldThrowAsync<MangaMotionException>()).Problem.Detail!;

        Task<string> ReadVoiceAsync(VideoAccepted video) => installation.ScalarAsync<string>(
            $"select coalesce((input -> 'options' ->> 'cast')::jsonb -> 'voices' -> 0 ->> 'voice', 'none') from jobs "
                + $"where id = '{video.Id}'");
    }

    [Fact]
    public async Task A_preset_sets_the_options_that_the_request_leaves_out()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        foreach (var name in VideoPresets.All)
        {
            var preset = await installation.Http.GetFromJsonAsync<JsonElement>($"/presets/{name}.json");
            PublishedSchema.VideoPreset.Problems(preset).ShouldBeEmpty(name);
            await SendAsync(("preset", name));
        }

        var quick = await SendAsync(("preset", "short"));
        var own = await SendAsync(("size", "square"), ("preset", "short"), ("captions", "lines"), ("music", "false"));
        var sent = await SendAsync(
            ("preset", """{"description": "mine", "size": "640x360", "pace": 2, "burn_subtitles": true, "ambience": true}"""));
        var json = await installation.Client.CreateVideoAsync(new VideoOfIngest { IngestId = quick.IngestId, Preset = "calm", Fps = 25 });

        (await ReadAsync(quick)).ShouldBe("1080x1920 words 0.6 none true false");
        (await ReadAsync(own)).ShouldBe("1080x1080 lines 0.6 none false false");
        (await ReadAsync(sent)).ShouldBe("640x360 lines 2 pages false true");
        (await ReadAsync(json)).ShouldBe("1920x1080 lines 1.6 all true false");
        (await RefuseAsync("cinema")).ShouldStartWith(
            "The field 'preset' must be one of recap, motion-comic, short, calm, or a preset as JSON");
        (await RefuseAsync("""{"sise": "square"}""")).ShouldContain("known are size, fps");
        (await RefuseAsync("""{"pace": 9}""")).ShouldBe("The field 'pace' must be a number from 0.5 to 2.");
        (await RefuseAsync("""{"pace": [1]}""")).ShouldContain("'pace'");
        (await RefuseAsync("""{"ambience": "loud"}""")).ShouldBe("The field 'ambience' must be one of true, false.");
        (await RefuseAsync("""{"preset": "short"}""")).ShouldContain("'preset', which no preset has");
        (await RefuseAsync("{")).ShouldContain("must be the name of a preset, or JSON");

        Task<VideoAccepted> SendAsync(params (string Name, string Value)[] fields) => installation.Client.CreateVideoAsync(
            [Samples.Named("1.png", Samples.Page)], fields.ToDictionary(field => field.Name, field => field.Value));

        async Task<string> RefuseAsync(string preset) =>
            (await SendAsync(("preset", preset)).ShouldThrowAsync<MangaMotionException>()).Problem.Detail!;

        Task<string> ReadAsync(VideoAccepted video) => installation.ScalarAsync<string>(
            $"""
            select concat_ws(' ', concat(o ->> 'width', 'x', o ->> 'height'), coalesce(o ->> 'captions', 'lines'),
              coalesce(o ->> 'pace', '1'), coalesce(o ->> 'transitions', 'pages'), o ->> 'music',
              coalesce(o ->> 'ambience', 'false'))
            from (select input -> 'options' as o from jobs where id = '{video.Id}') video
            """);
    }

    [Fact]
    public async Task A_repeated_key_and_chapter_make_one_video_for_sent_and_named_chapters()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();

        var (first, again) = (await SendAsync(Sent("ltr")), await SendAsync(Sent("ltr")));
        first.ShouldStartWith("202 ");
        again.ShouldBe(first + " replayed");
        (await SendAsync(Sent("rtl"))).ShouldStartWith("422 ");
        (await installation.ScalarAsync<long>("select count(*) from assets")).ShouldBe(1);
        Directory.EnumerateFiles(Path.Combine(installation.Store, "originals"), "*", SearchOption.AllDirectories).Count().ShouldBe(1);

        var ingest = await installation.ScalarAsync<Guid>("select id from ingests");
        (await SendAsync(Named(ingest))).ShouldStartWith("422 ", customMessage: "the key is that of another request");
        await installation.ExecuteAsync("delete from idempotency_keys");
        first = await SendAsync(Named(ingest));
        first.ShouldStartWith("202 ");
        (await SendAsync(Named(ingest))).ShouldBe(first + " replayed");
        (await installation.ScalarAsync<long>("select count(*) from jobs where type = 'video'")).ShouldBe(2);

        static MultipartFormDataContent Sent(string direction) =>
            new() { { new StringContent(direction), "direction" }, { new ByteArrayContent(Samples.Page), "files", "1.png" } };

        static StringContent Named(Guid ingest) => new($$"""{"ingest_id":"{{ingest}}"}""", System.Text.Encoding.UTF8, "application/json");

        async Task<string> SendAsync(HttpContent content)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/videos") { Content = content };
            request.Headers.Add("X-Api-Key", Installation.Key);
            request.Headers.Add("Idempotency-Key", "chapter-1");
            using var response = await installation.Http.SendAsync(request);
            var replayed = response.Headers.Contains("Idempotency-Replayed") ? " replayed" : "";
            return $"{(int)response.StatusCode} {response.Headers.Location} {await response.Content.ReadAsStringAsync()}{replayed}";
        }
    }

    [Fact]
    public async Task A_key_of_a_video_is_in_use_while_its_request_runs()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        using var release = new SemaphoreSlim(0);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/videos")
        {
            Content = new MultipartFormDataContent { { new SlowContent(Samples.Page, release.WaitAsync), "files", "1.png" } },
            Headers = { { "X-Api-Key", Installation.Key }, { "Idempotency-Key", "chapter-1" } },
        };
        var slow = installation.Http.SendAsync(request);
        await Eventually.Until(async () => await installation.ScalarAsync<long>("select count(*) from idempotency_keys") == 1);

        var refused = await RejectedAsync(() => CreateAsync());
        (refused.Status, refused.Code).ShouldBe((409, "idempotency_key_in_use"));

        release.Release();
        using var accepted = await slow;
        ((int)accepted.StatusCode).ShouldBe(202);
        accepted.Headers.Location!.ToString().ShouldEndWith((await CreateAsync()).Id.ToString());
        (await installation.ScalarAsync<long>("select count(*) from jobs where type = 'video'")).ShouldBe(1);

        Task<VideoAccepted> CreateAsync() => installation.Client.CreateVideoAsync(
            [Samples.Named("1.png", Samples.Page)], idempotencyKey: "chapter-1");
    }

    [Fact]
    public async Task Every_file_of_a_request_becomes_a_video_of_its_own()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        FileToSend[] files =
        [
            Samples.Named("chapter 1.png", Samples.Page), Samples.Named("chapter 2.png", Samples.Page),
            Samples.Named("chapter 3.cbz", [.. "PK\u0003\u0004"u8, .. new byte[200]]),
        ];
        var fields = new Dictionary<string, string>
        {
            ["videos"] = "each",
            ["size"] = "320x180",
            ["direction"] = "ltr",
            ["language"] = "en",
            ["stop_at"] = "script_gen",
        };
        var accepted = await installation.Client.CreateVideoAsync(files, fields, "volume-1");
        var again = await installation.Client.CreateVideoAsync(files, fields, "volume-1");

        accepted.Videos.Select(video => video.Name).ShouldBe(["chapter 1.png", "chapter 2.png", "chapter 3.cbz"]);
        (accepted.Id, accepted.JobId).ShouldBe((accepted.Videos[0].Id, accepted.Videos[0].Id));
        again.Videos.ShouldBe(accepted.Videos);
        (await installation.ScalarAsync<long>(
            "select count(*) from jobs where type = 'video' and jsonb_array_length(input -> 'files') = 1")).ShouldBe(3);
        (await installation.Client.GetVideosAsync()).Videos.Select(video => video.Id).ShouldBe(
            accepted.Videos.Select(video => video.Id).Reverse());
        foreach (var (name, value, fault) in new[]
        {
            ("title", "One title", "leave it out with videos=each"),
            ("videos", "two", "must be one of one, each"),
        })
        {
            var wrong = new Dictionary<string, string>(fields) { [name] = value };
            (await RejectedAsync(() => installation.Client.CreateVideoAsync(files, wrong))).Detail.ShouldNotBeNull().ShouldContain(fault);
        }

        var many = Enumerable.Range(1, 101).Select(number => Samples.Named($"{number}.png", "page"u8.ToArray()));
        var refused = await RejectedAsync(() => installation.Client.CreateVideoAsync(many, fields));
        (refused.Status, refused.Detail).ShouldBe((400, "The field 'videos' can be 'each' for at most 100 files; there are 101."));
        (await RejectedAsync(() => installation.Client.CreateVideoAsync(files[..2], fields, "volume-1"))).Status.ShouldBe(422);
        (await installation.ScalarAsync<long>("select count(*) from jobs where type = 'video'")).ShouldBe(3);

        var folder = Directory.CreateDirectory(Path.Combine(installation.Store, "sent")).FullName;
        string[] paths = [Path.Combine(folder, "a.png"), Path.Combine(folder, "b.png")];
        foreach (var path in paths)
            await File.WriteAllBytesAsync(path, Samples.Page);
        var tool = await installation.RunToolAsync(["video", .. paths, "--each"]);
        tool.ExitCode.ShouldBe(0, tool.Errors);
        tool.Output.ShouldContain(": a.png");
        tool.Output.ShouldContain(": b.png");
        foreach (var video in (await installation.Client.GetVideosAsync()).Videos.Take(2))
            await installation.Client.CancelJobAsync(video.Id);

        // Neither the deletion of a video nor a bad chapter ends the other videos.
        await installation.Client.DeleteVideoAsync(accepted.Videos[0].Id);
        await installation.StartVideoAsync();
        var made = await UntilDoneAsync(installation, accepted.Videos[1].Id);
        (made.State, made.Title).ShouldBe((VideoStateNames.Stopped, "chapter 2"));
        made.Shots.ShouldNotBeEmpty();
        await Eventually.Until(
            async () => (await installation.Client.GetVideoAsync(accepted.Videos[2].Id)).Status == "FAILED", StageTimeout,
            "the video of the bad chapter has failed");
    }

    internal static Task<Guid> SubmitAsync(Installation installation, params (string Name, string Value)[] fields) =>
        SubmitAsync(installation, 2, fields);

    internal static async Task<Guid> SubmitAsync(Installation installation, int pages, params (string Name, string Value)[] fields)
    {
        var all = new Dictionary<string, string> { ["size"] = "320x180", ["direction"] = "ltr", ["review"] = "true" };
        foreach (var (name, value) in fields)
            all[name] = value;
        var accepted = await installation.Client.CreateVideoAsync(
            Enumerable.Range(1, pages).Select(page => Samples.Named($"{page}.png", Samples.Page)), all);
        return accepted.Id;
    }

    /// <summary>Gives every shot a line, so that each is spoken in spite of the lettering found, and approves the script.</summary>
    internal static async Task ApproveWithLinesAsync(Installation installation, Guid id, Action<JsonNode>? edit = null)
    {
        await WriteLinesAsync(installation, id, edit);
        await installation.Client.ApproveVideoAsync(id);
    }

    /// <summary>Gives every shot of a script that waits for approval a line.</summary>
    /// <returns>Number of shots.</returns>
    private static async Task<int> WriteLinesAsync(Installation installation, Guid id, Action<JsonNode>? edit = null)
    {
        await Eventually.Until(
            async () => (await installation.Client.GetVideoAsync(id)).State == "awaiting_approval", StageTimeout, "the script is written");
        var script = JsonNode.Parse(await ReadScriptAsync(installation, id))!;
        var number = 0;
        foreach (var shot in script["shots"]!.AsArray())
            shot!["line"] = $"This is line number {++number}.";
        number.ShouldBeGreaterThan(2);
        edit?.Invoke(script);
        await installation.Client.PutScriptAsync(id, Encoding.UTF8.GetBytes(script.ToJsonString()));
        return number;
    }

    private static async Task HearAndWatchAsync(Installation installation, VideoStatus video, VideoShot shot)
    {
        shot.VoiceUrl.ShouldBe($"/api/v1/videos/{video.Id}/shots/{shot.Id}/voice");
        shot.SegmentUrl.ShouldBe($"/api/v1/videos/{video.Id}/shots/{shot.Id}/segment");
        using var voice = new MemoryStream();
        await installation.Client.CopyShotFileAsync(video.Id, shot.Id, ShotFiles.Voice, voice);
        var heard = SampleMedia.Analyse(voice.ToArray(), "wav");
        (heard.PrimaryAudioStream.ShouldNotBeNull().CodecName, heard.PrimaryVideoStream).ShouldBe(("pcm_s16le", null));
        using var segment = new MemoryStream();
        await installation.Client.CopyShotFileAsync(video.Id, shot.Id, ShotFiles.Segment, segment);
        var watched = SampleMedia.Analyse(segment.ToArray(), "mp4");
        (watched.PrimaryVideoStream.ShouldNotBeNull().CodecName, watched.PrimaryAudioStream).ShouldBe(("h264", null));
        using var page = new MemoryStream();
        await installation.Client.CopyPageAsync(video.Id, shot.Page, page);
        page.Length.ShouldBeGreaterThan(0);
        using var panel = new MemoryStream();
        await installation.Client.CopyPanelAsync(video.Id, shot.Page, 1, panel);
        panel.ToArray()[..2].ShouldBe([0xff, 0xd8]);

        foreach (var (name, file) in new[] { ("p9-9", ShotFiles.Voice), ("p9-9", ShotFiles.Segment), (shot.Id, "peaks") })
        {
            using var nowhere = new MemoryStream();
            var refused = await Should.ThrowAsync<MangaMotionException>(
                () => installation.Client.CopyShotFileAsync(video.Id, name, file, nowhere));
            refused.Problem.Code.ShouldBe("unknown_file");
        }
    }

    private static async Task<string> ReadScriptAsync(Installation installation, Guid id) =>
        Encoding.UTF8.GetString(ScriptJson.Write((await installation.Client.GetScriptAsync(id)).Script));

    private static async Task<VideoStatus> UntilDoneAsync(Installation installation, Guid id)
    {
        VideoStatus? video = null;
        await Eventually.Until(
            async () =>
            {
                video = await installation.Client.GetVideoAsync(id);
                video.Status.ShouldNotBe("FAILED", video.Error);
                return video.Status == "DONE";
            },
            StageTimeout, "the video is done");
        return video!;
    }

    internal static async Task<bool> IsRunningAsync(Installation installation, string type)
    {
        try
        {
            return await installation.ScalarAsync<bool>(
                $"select exists (select from jobs where type = '{type}' and status = 'PROCESSING' and lease_until > clock_timestamp())");
        }
        catch (Npgsql.NpgsqlException)
        {
            // The database was restarted, and the pool replaces its old connections one by one.
            return false;
        }
    }

    private static async Task<Dictionary<string, long>> DonePartsAsync(Installation installation)
    {
        var parts = new Dictionary<string, long>();
        foreach (var type in PartTypes)
            parts[type] = await installation.ScalarAsync<long>(
                $"select count(*) from job_attempts a join jobs j on j.id = a.job_id where j.type = '{type}' and a.outcome = 'done'");
        return parts;
    }

    private static async Task EveryPartWasDoneOnceAsync(Installation installation)
    {
        var parts = await installation.ScalarAsync<long>("select count(*) from jobs where parent_id is not null and status = 'DONE'");
        parts.ShouldBeGreaterThan(6);
        (await installation.ScalarAsync<long>("select count(*) from job_attempts where outcome = 'done'")).ShouldBe(parts);
        (await installation.ScalarAsync<long>("select count(*) from jobs where status <> 'DONE'")).ShouldBe(0);
        (await installation.ScalarAsync<long>("select count(*) from failed_jobs")).ShouldBe(0);
    }

    private static Dictionary<string, string> Field(string name, string value) => new() { [name] = value };

    private static async Task<Problem> RejectedAsync(Func<Task> call) => (await Should.ThrowAsync<MangaMotionException>(call)).Problem;
}
