using MangaMotion.Client;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>API keys: created by keys, shown once, revoked on every instance.</summary>
public sealed class KeyTests(TestStack stack)
{
    [Fact]
    public async Task A_key_is_created_used_listed_and_revoked_on_every_instance()
    {
        await using var installation = await Installation.CreateAsync(stack);
        var other = await installation.StartIngestAsync();
        await installation.StartIngestAsync();
        var first = installation.Client;

        var tenant = await first.CreateApiKeyAsync(new("Acme", ["read", "operate"], Guid.NewGuid()));
        var here = MangaMotionClient.Create(installation.Http.BaseAddress!, tenant.Key);
        var there = MangaMotionClient.Create(other.Address, tenant.Key);
        (await here.GetFailedJobsAsync()).Items!.ShouldBeEmpty();
        (await there.GetFailedJobsAsync()).Items!.ShouldBeEmpty();
        (await installation.ScalarAsync<long>($"select count(*) from api_keys where key_sha256 = sha256('{tenant.Key}'::bytea)")).ShouldBe(
            1);

        // An owner sees and creates only its own keys. The first key sees all.
        var reader = await here.CreateApiKeyAsync(new("Acme's reader", ["read"]));
        reader.Info.OwnerId.ShouldBe(tenant.Info.OwnerId);
        (await here.GetApiKeysAsync()).Select(key => key.Name).ShouldBe(["Acme", "Acme's reader"]);
        (await here.GetApiKeysAsync())[0].LastUsedAt.ShouldNotBeNull();
        var foreign = await first.CreateApiKeyAsync(new("Zenith", ["submit"], Guid.NewGuid()));
        (await first.GetApiKeysAsync()).Select(key => key.IsFirst).ShouldBe([true, false, false, false]);
        await ShouldBeRejectedAsync(404, "unknown_key", () => here.RevokeApiKeyAsync(foreign.Info.Id));
        await ShouldBeRejectedAsync(403, "foreign_owner", () => here.CreateApiKeyAsync(new("Spy", ["read"], foreign.Info.OwnerId)));
        await ShouldBeRejectedAsync(403, "missing_scope", () => MangaMotionClient.Create(other.Address, reader.Key).GetApiKeysAsync());
        await ShouldBeRejectedAsync(400, "invalid_scopes", () => first.CreateApiKeyAsync(new("All", ["admin"])));
        await ShouldBeRejectedAsync(400, "invalid_name", () => first.CreateApiKeyAsync(new(" ", ["read"])));

        await first.RevokeApiKeyAsync(tenant.Info.Id);
        foreach (var client in (MangaMotionClient[])[here, there])
            await Eventually.Until(() => IsRejectedAsync(client), TimeSpan.FromSeconds(60), "the revoked key is refused");
        (await first.GetApiKeysAsync()).Single(key => key.Id == tenant.Info.Id).RevokedAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_key_reads_its_own_description_and_only_the_first_key_reads_other_owners()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync(("Quotas__BytesPerDay", "1000"), ("Ingest__ProviderVoices", "21m00Tcm4TlvDq8ikWAM"));
        var first = installation.Client;
        var tenant = await first.CreateApiKeyAsync(new("Acme", ["submit", "read"], Guid.NewGuid()));
        var acme = MangaMotionClient.Create(installation.Http.BaseAddress!, tenant.Key);
        var ingest = await acme.IngestAsync([Samples.Named("a.bin", [1, 2, 3])]);

        var me = await acme.GetMeAsync();
        (me.KeyId, me.Name, me.OwnerId, me.First).ShouldBe((tenant.Info.Id, "Acme", tenant.Info.OwnerId, false));
        me.Scopes.ShouldBe(["submit", "read"]);
        (me.Quota.MaxBytesPerDay, me.Quota.BytesToday, me.Quota.OutstandingJobs, me.Quota.MaxOutstandingJobs).ShouldBe((1000, 3, 1, null));
        me.Limits.MaxFiles.ShouldBe(2_000);
        me.Version.ShouldNotBeEmpty();
        (await first.GetMeAsync()).First.ShouldBeTrue();
        (await acme.GetLimitsAsync()).MediaTypes.ShouldContain("image/png");
        (await acme.GetVoicesAsync()).Select(voice => voice.Name).ShouldBe(["slt", "flite", "espeak", "21m00Tcm4TlvDq8ikWAM"]);

        (await first.GetIngestsAsync()).Ingests.ShouldBeEmpty();
        foreach (var owner in (string[])["*", $"{tenant.Info.OwnerId}"])
        {
            Dictionary<string, string> query = new() { ["owner"] = owner };
            (await first.GetIngestsAsync(query)).Ingests.ShouldHaveSingleItem().Id.ShouldBe(ingest.JobId);
            (await first.GetJobsAsync(query)).Jobs.ShouldHaveSingleItem().OwnerId.ShouldBe(tenant.Info.OwnerId);
            (await first.GetVideosAsync(query)).Videos.ShouldBeEmpty();
            (await first.GetFailedJobsAsync($"owner={owner}")).Items!.ShouldBeEmpty();
        }

        Dictionary<string, string> everyone = new() { ["owner"] = "*" };
        await ShouldBeRejectedAsync(403, "foreign_owner", () => acme.GetIngestsAsync(everyone));
        await ShouldBeRejectedAsync(403, "foreign_owner", () => acme.GetJobsAsync(everyone));
        await ShouldBeRejectedAsync(403, "foreign_owner", () => acme.GetVideosAsync(everyone));
        await ShouldBeRejectedAsync(403, "foreign_owner", () => acme.GetFailedJobsAsync("owner=*"));
        await ShouldBeRejectedAsync(400, "invalid_owner", () => first.GetJobsAsync(new Dictionary<string, string> { ["owner"] = "acme" }));
        (await acme.GetIngestsAsync(new Dictionary<string, string> { ["owner"] = $"{tenant.Info.OwnerId}" })).Ingests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("voice", "unknown", "slt, flite, espeak")]
    [InlineData("language", "klingon", "auto, en, ja")]
    [InlineData("music", "loud", "true, false")]
    [InlineData("ambience", "loud", "true, false")]
    public async Task An_unknown_name_is_rejected_with_the_known_names(string field, string value, string allowed)
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();

        var refused = await Should.ThrowAsync<MangaMotionException>(() => installation.Client.CreateVideoAsync(
            [Samples.Named("page.png", Samples.Page)], new Dictionary<string, string> { [field] = value }));
        var spoken = await Should.ThrowAsync<MangaMotionException>(() => installation.Client.CreateVideoAsync(
            [Samples.Named("page.png", Samples.Page)], new Dictionary<string, string> { ["voice"] = "slt", ["language"] = "ja" }));

        (refused.Problem.Status, refused.Problem.Code).ShouldBe((400, "invalid_field"));
        refused.Problem.Detail!.ShouldContain(allowed);
        spoken.Problem.Detail!.ShouldContain("must be one that speaks 'ja': espeak");
        (await installation.ScalarAsync<long>("select count(*) from ingests")).ShouldBe(0);
    }

    [Fact]
    public async Task A_rotated_key_replaces_the_old_one_and_survives_a_restart()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        var old = installation.Client;
        var first = (await old.GetApiKeysAsync()).ShouldHaveSingleItem();
        await ShouldBeRejectedAsync(400, "invalid_expiry", () => old.RotateApiKeyAsync(first.Id, new(DateTimeOffset.UtcNow.AddDays(-1))));
        await ShouldBeRejectedAsync(404, "unknown_key", () => old.RotateApiKeyAsync(Guid.NewGuid(), new()));

        var expiry = DateTimeOffset.UtcNow.AddDays(30);
        var rotated = await old.RotateApiKeyAsync(first.Id, new(expiry));

        rotated.Info.Id.ShouldBe(first.Id);
        rotated.Info.ExpiresAt!.Value.ShouldBe(expiry, TimeSpan.FromSeconds(1));
        rotated = await MangaMotionClient.Create(installation.Http.BaseAddress!, rotated.Key).RotateApiKeyAsync(first.Id, new());
        rotated.Info.ExpiresAt!.Value.ShouldBe(expiry, TimeSpan.FromSeconds(1), "a rotation without expires_at keeps the expiry");
        await Eventually.Until(() => IsRejectedAsync(old), TimeSpan.FromSeconds(60), "the old key is refused");
        var restarted = await installation.StartIngestAsync();
        (await IsRejectedAsync(MangaMotionClient.Create(restarted.Address, Installation.Key))).ShouldBeTrue("the variable did not change");
        var renewed = MangaMotionClient.Create(restarted.Address, rotated.Key);
        (await renewed.CreateApiKeyAsync(new("Zenith", ["read"], Guid.NewGuid()))).Info.Name.ShouldBe("Zenith");

        await installation.ExecuteAsync("update api_keys set expires_at = now() where id = $1", first.Id);
        await Eventually.Until(() => IsRejectedAsync(renewed), TimeSpan.FromSeconds(60), "the expired key is refused");
        var replaced = await installation.StartIngestAsync(("MANGAMOTION_API_KEY", "another-first-key"));
        (await MangaMotionClient.Create(replaced.Address, "another-first-key").GetApiKeysAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Another_key_of_the_first_owner_neither_rotates_nor_revokes_the_first_key()
    {
        await using var installation = await Installation.CreateAsync(stack);
        await installation.StartIngestAsync();
        var first = (await installation.Client.GetApiKeysAsync()).ShouldHaveSingleItem();
        var operations = await installation.Client.CreateApiKeyAsync(new("Operations", ["operate"]));
        var other = MangaMotionClient.Create(installation.Http.BaseAddress!, operations.Key);
        operations.Info.OwnerId.ShouldBe(first.OwnerId);

        await ShouldBeRejectedAsync(404, "unknown_key", () => other.RotateApiKeyAsync(first.Id, new()));
        await ShouldBeRejectedAsync(404, "unknown_key", () => other.RevokeApiKeyAsync(first.Id));

        (await other.RotateApiKeyAsync(operations.Info.Id, new())).Info.Id.ShouldBe(operations.Info.Id);
        (await installation.ScalarAsync<bool>("select revoked_at is null and key_sha256 = configured_sha256 from api_keys where is_first"))
            .ShouldBeTrue();
    }

    private static async Task<bool> IsRejectedAsync(MangaMotionClient client)
    {
        try
        {
            await client.GetFailedJobsAsync();
            return false;
        }
        catch (MangaMotionException refused)
        {
            return refused.Problem is { Status: 401, Code: "invalid_api_key" };
        }
    }

    private static async Task ShouldBeRejectedAsync(int status, string code, Func<Task> request)
    {
        var problem = (await request.ShouldThrowAsync<MangaMotionException>()).Problem;
        (problem.Status, problem.Code).ShouldBe((status, code));
    }
}
