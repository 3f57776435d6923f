using MangaMotion.Client;
using MangaMotion.TestSupport;

namespace MangaMotion.Acceptance;

/// <summary>API keys: made by keys, shown once, revoked on every instance.</summary>
public sealed class KeyTests(TestStack stack)
{
    [Fact]
    public async Task A_key_is_made_used_listed_and_revoked_on_every_instance()
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
        (await installation.ScalarAsync<long>($"select count(*) from api_keys where key_sha256 = sha256('{tenant.Key}'::bytea)")).ShouldBe(1);

        // A tenant sees and makes keys of its own only; the installation's own key sees all.
        var reader = await here.CreateApiKeyAsync(new("Acme's reader", ["read"]));
        reader.Info.OwnerId.ShouldBe(tenant.Info.OwnerId);
        (await here.GetApiKeysAsync()).Select(key => key.Name).ShouldBe(["Acme", "Acme's reader"]);
        (await here.GetApiKeysAsync())[0].LastUsedAt.ShouldNotBeNull();
        var foreign = await first.CreateApiKeyAsync(new("Zenith", ["submit"], Guid.NewGuid()));
        (await first.GetApiKeysAsync()).Count.ShouldBe(3);
        await ShouldBeRefusedAsync(404, "unknown_key", () => here.RevokeApiKeyAsync(foreign.Info.Id));
        await ShouldBeRefusedAsync(403, "foreign_owner", () => here.CreateApiKeyAsync(new("Spy", ["read"], foreign.Info.OwnerId)));
        await ShouldBeRefusedAsync(403, "missing_scope", () => MangaMotionClient.Create(other.Address, reader.Key).GetApiKeysAsync());
        await ShouldBeRefusedAsync(400, "invalid_scopes", () => first.CreateApiKeyAsync(new("All", ["admin"])));
        await ShouldBeRefusedAsync(400, "invalid_name", () => first.CreateApiKeyAsync(new(" ", ["read"])));

        await first.RevokeApiKeyAsync(tenant.Info.Id);
        foreach (var client in (MangaMotionClient[])[here, there])
            await Eventually.Until(() => IsRefusedAsync(client), TimeSpan.FromSeconds(60), "the revoked key is refused");
        (await first.GetApiKeysAsync()).Single(key => key.Id == tenant.Info.Id).RevokedAt.ShouldNotBeNull();
    }

    private static async Task<bool> IsRefusedAsync(MangaMotionClient client)
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

    private static async Task ShouldBeRefusedAsync(int status, string code, Func<Task> request)
    {
        var problem = (await request.ShouldThrowAsync<MangaMotionException>()).Problem;
        (problem.Status, problem.Code).ShouldBe((status, code));
    }
}
