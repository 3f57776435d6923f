using MangaMotion.Api;
using MangaMotion.Ingest.Reading.Collections;
using MangaMotion.Ingest.Reading.Ingests;
using MangaMotion.Ingest.Reading.Videos;
using MangaMotion.ServiceDefaults.Problems;
using MangaMotion.TestSupport;

namespace MangaMotion.Ingest.Tests;

/// <summary>GET /ingests and GET /videos: filters, pages, owners.</summary>
public sealed class ListTests(TestStack stack) : IAsyncLifetime
{
    private const string Empty = "{}";
    private static readonly Guid Owner = Guid.NewGuid();
    private static readonly Guid Other = Guid.NewGuid();

    private IngestDatabase _database = null!;
    private DateTimeOffset _accepted = DateTimeOffset.UtcNow;

    public async ValueTask InitializeAsync() => _database = await IngestDatabase.CreateAsync(stack);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Ingests_are_listed_newest_first_with_their_counts_page_by_page()
    {
        var finished = await AddIngestAsync(Owner, "voyage", ["one.png", "two.png"], ["DONE", "FAILED"]);
        var processing = await AddIngestAsync(Owner, collection: null, ["Holiday.png"], ["UPLOADED", "DONE"]);
        var accepted = await AddIngestAsync(Owner, collection: null, ["100%_sure.png"], ["UPLOADED"]);
        var foreign = await AddIngestAsync(Other, collection: null, ["secret.png"], ["UPLOADED"]);

        var first = await ListIngestsAsync(pageSize: 2);
        first.Ingests.Select(ingest => ingest.Id).ShouldBe([accepted, processing]);
        var second = await ListIngestsAsync(pageToken: first.NextPageToken, pageSize: 2);
        second.NextPageToken.ShouldBeNull();
        var oldest = second.Ingests.ShouldHaveSingleItem();
        (oldest.Id, oldest.OwnerId, oldest.Collection, oldest.Status, oldest.Name, oldest.Assets, oldest.Bytes)
            .ShouldBe((finished, Owner, "voyage", "finished", "one.png", 2, 6));
        (oldest.Progress.Done, oldest.Progress.Failed, oldest.Progress.Total).ShouldBe((1, 1, 2));

        (await ListIngestsAsync(state: "accepted")).Ingests.Single().Id.ShouldBe(accepted);
        (await ListIngestsAsync(state: "processing")).Ingests.Single().Id.ShouldBe(processing);
        (await ListIngestsAsync(collection: "voyage")).Ingests.Single().Id.ShouldBe(finished);
        (await ListIngestsAsync(search: "OLIDAY")).Ingests.Single().Id.ShouldBe(processing);
        (await ListIngestsAsync(search: "100%_")).Ingests.Single().Id.ShouldBe(accepted);
        (await ListIngestsAsync(search: $"{finished}".ToUpperInvariant())).Ingests.Single().Id.ShouldBe(finished);
        (await ListIngestsAsync(search: $"{foreign}")).Ingests.ShouldBeEmpty();
        (await ListIngestsAsync([Owner, Other])).Ingests.Select(ingest => ingest.Id).ShouldBe([foreign, accepted, processing, finished]);
    }

    [Fact]
    public async Task Videos_are_listed_with_title_state_flags_and_poster()
    {
        var waiting = await AddVideoAsync(Owner, "UPLOADED", state: null, script: null);
        var reviewed = await AddVideoAsync(
            Owner, "PROCESSING", "AwaitingApproval", """{"title":"A Quiet Page","shots":[{"flag":"low_confidence"},{},{"flag":null}]}""");
        var done = await AddVideoAsync(
            Owner, "DONE", "Completed", """{"title":"Finished","shots":[{}]}""", """{"files":[{"variant":"poster","key":"k"}]}""");
        var failed = await AddVideoAsync(Owner, "FAILED", "VideoGen", """{"title":"Broken","shots":[]}""");
        var foreign = await AddVideoAsync(Other, "UPLOADED", state: null, script: null);

        var all = await ListVideosAsync();
        all.Videos.Select(video => video.Id).ShouldBe([failed, done, reviewed, waiting]);
        all.Videos.Select(video => video.State).ShouldBe(["failed", "completed", "awaiting_approval", "accepted"]);
        all.Videos.Select(video => video.Title).ShouldBe(["Broken", "Finished", "A Quiet Page", "chapter.cbz"]);
        (all.Videos[2].Shots, all.Videos[2].Flags).ShouldBe((3, 1));
        all.Videos[1].PosterUrl.ShouldBe($"/api/v1/videos/{done}/poster");
        all.Videos[2].PosterUrl.ShouldBe($"/api/v1/videos/{reviewed}/pages/2/panels/1");
        all.Videos[3].PosterUrl.ShouldBeNull();

        var page = await ListVideosAsync(pageSize: 3);
        (await ListVideosAsync(pageToken: page.NextPageToken)).Videos.Single().Id.ShouldBe(waiting);
        (await ListVideosAsync(state: "awaiting_approval")).Videos.Single().Id.ShouldBe(reviewed);
        (await ListVideosAsync(state: "failed")).Videos.Single().Id.ShouldBe(failed);
        (await ListVideosAsync(state: "accepted")).Videos.Single().Id.ShouldBe(waiting);
        (await ListVideosAsync(state: "video_gen")).Videos.ShouldBeEmpty();
        (await ListVideosAsync(search: "quiet")).Videos.Single().Id.ShouldBe(reviewed);
        (await ListVideosAsync(owners: [Owner, Other])).Videos[0].Id.ShouldBe(foreign);
    }

    [Fact]
    public async Task Collections_are_listed_by_name_in_pages()
    {
        var first = await AddIngestAsync(Owner, "voyage", [], []);
        await AddIngestAsync(Owner, "voyage", [], []);
        await _database.ExecuteAsync($"update ingests set created_at = now() - interval '1 day' where id = '{first}'");
        foreach (var slug in new[] { "a_b", "a-c", "zoo" })
            await AddIngestAsync(Owner, slug, [], []);
        await AddIngestAsync(Owner, collection: null, [], []);
        await AddIngestAsync(Other, "secret", [], []);

        var names = new List<string>();
        CollectionSummary? voyage = null;
        string? token = null;
        do
        {
            var page = await ListCollectionsAsync(token, pageSize: 2);
            names.AddRange(page.Collections.Select(collection => collection.Collection));
            voyage ??= page.Collections.FirstOrDefault(collection => collection.Collection == "voyage");
            token = page.NextPageToken;
        }
        while (token is not null);

        names.ShouldBe(["a_b", "a-c", "zoo", "voyage"], ignoreOrder: true);
        names.ShouldBe((await ListCollectionsAsync()).Collections.Select(collection => collection.Collection));
        voyage.ShouldNotBeNull().Ingests.ShouldBe(2);
        (voyage.LastIngestAt - voyage.CreatedAt).TotalDays.ShouldBe(1, 0.01);
        (await ShouldBeRejectedAsync(() => ListCollectionsAsync(pageSize: 0))).ShouldContain("1 to 1000");
        (await ShouldBeRejectedAsync(() => ListCollectionsAsync("%"))).ShouldContain("not from this list");
    }

    [Fact]
    public async Task Invalid_page_sizes_and_page_tokens_are_rejected()
    {
        (await ShouldBeRejectedAsync(() => ListIngestsAsync(pageSize: 1_001))).ShouldContain("1 to 1000");
        await AddIngestAsync(Owner, collection: null, ["a.png"], ["UPLOADED"]);
        await AddIngestAsync(Owner, collection: null, ["b.png"], ["UPLOADED"]);
        var ingests = await ListIngestsAsync(pageSize: 1);
        (await ShouldBeRejectedAsync(() => ListVideosAsync(pageToken: ingests.NextPageToken))).ShouldContain("not from this list");
        (await ShouldBeRejectedAsync(() => ListVideosAsync(pageToken: "%"))).ShouldContain("not from this list");
    }

    // The lists are ordered by id, and the order of two ids of one millisecond is random.
    private Guid NextId() => Guid.CreateVersion7(_accepted = _accepted.AddMilliseconds(1));

    private static string FinishedAt(string status) => status is "UPLOADED" or "PROCESSING" ? "null" : "now()";

    private static async Task<string> ShouldBeRejectedAsync(Func<Task> request)
    {
        var problem = await request.ShouldThrowAsync<ProblemException>();
        problem.Status.ShouldBe(400);
        return problem.Message;
    }

    private Task<IngestList> ListIngestsAsync(
        Guid[]? owners = null, string? state = null, string? collection = null, string? search = null, string? pageToken = null,
        int pageSize = 100) =>
        new IngestListQuery(_database.Source).ListAsync(owners ?? [Owner], state, collection, search, pageToken, pageSize, default);

    private Task<CollectionList> ListCollectionsAsync(string? pageToken = null, int pageSize = 100) =>
        new CollectionListQuery(_database.Source).ListAsync(Owner, pageToken, pageSize, default);

    private Task<VideoList> ListVideosAsync(
        Guid[]? owners = null, string? state = null, string? search = null, string? pageToken = null, int pageSize = 100) =>
        new VideoListQuery(new(_database.Source)).ListAsync(
            owners ?? [Owner], state, collection: null, search, pageToken, pageSize, default);

    private async Task<Guid> AddIngestAsync(Guid owner, string? collection, string[] names, string[] statuses)
    {
        var id = NextId();
        var slug = collection is null ? "null" : $"'{collection}'";
        await _database.ExecuteAsync($"insert into ingests (id, owner_id, collection, lane) values ('{id}', '{owner}', {slug}, 'normal')");
        foreach (var (position, name) in names.Index())
        {
            await _database.ExecuteAsync(
                $"""
                insert into assets (id, ingest_id, owner_id, position, name, key, size, sha256)
                values (gen_random_uuid(), '{id}', '{owner}', {position}, '{name}', '', 3, '')
                """);
        }

        foreach (var status in statuses)
        {
            await _database.ExecuteAsync(
                $"""
                insert into jobs (id, owner_id, ingest_id, type, status, finished_at, max_attempts, input)
                values (gen_random_uuid(), '{owner}', '{id}', 'thumbnail', '{status}', {FinishedAt(status)}, 3, '{Empty}')
                """);
        }

        return id;
    }

    private async Task<Guid> AddVideoAsync(Guid owner, string status, string? state, string? script, string? result = null)
    {
        var id = NextId();
        var json = result is null ? "null" : $"'{result}'";
        await _database.ExecuteAsync(
            $$"""
            insert into jobs (id, owner_id, type, status, finished_at, max_attempts, input, result)
            values ('{{id}}', '{{owner}}', 'video', '{{status}}', {{FinishedAt(status)}}, 3,
              '{"files":[{"key":"k","name":"chapter.cbz"}],"options":{} }', {{json}})
            """);
        if (state is not null)
        {
            await _database.ExecuteAsync(
                $$"""
                insert into videos (id, state, options, script, pages)
                values ('{{id}}', '{{state}}', '{}', '{{script}}', '[{"number":1,"panels":[]},{"number":2,"panels":[{"x":0}]}]')
                """);
        }

        return id;
    }
}
