using MangaMotion.Jobs;
using MangaMotion.TestSupport;

namespace MangaMotion.Integration.Videos;

/// <summary>A video of many segments beside one of few.</summary>
public sealed class VideoFairnessTests(TestStack stack) : IAsyncLifetime
{
    private const int LargeShots = 300;
    private const int SmallShots = 20;

    /// <summary>A script, a speech for each shot, a segment for each shot and for each second transition, and the composition.</summary>
    private const int SmallParts = 1 + SmallShots + SmallShots + SmallShots / 2 + 1;

    private VideoWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await VideoWorld.CreateAsync(stack);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_large_video_delays_a_small_one_by_fewer_than_three_parts_for_each_of_its_own()
    {
        Guid small = default;
        var delays = 0;
        _world.Stages.Before = async (name, cancellationToken) =>
        {
            if (!IsOnlyInLargeVideo(name))
                return;
            if (small != default && await WaitsAsync(small))
                Interlocked.Increment(ref delays);
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        };
        _world.Stages.Shots = LargeShots;
        await _world.StartWorkerAsync(("Jobs:Concurrency", "2"));
        var large = await _world.SubmitAsync();
        await Eventually.Until(() => _world.Stages.Made.Any(IsOnlyInLargeVideo));

        _world.Stages.Shots = SmallShots;
        small = await _world.SubmitAsync(owner: Guid.NewGuid());
        await _world.UntilAsync(small, JobStatus.Done);

        // First come, first served, it would wait for all segments of the large video.
        (await WaitsAsync(large)).ShouldBeTrue();
        delays.ShouldBeLessThan(3 * SmallParts);
        (await _world.Jobs.ScalarAsync<long>("select count(*) from jobs where parent_id = $1", small)).ShouldBe(SmallParts);
    }

    private Task<bool> WaitsAsync(Guid video) =>
        _world.Jobs.ScalarAsync<bool>("select exists (select from jobs where parent_id = $1 and status = 'UPLOADED')", video);

    private static bool IsOnlyInLargeVideo(string name) =>
        name.StartsWith("render ", StringComparison.Ordinal)
        && int.Parse(name["render ".Length..].Split('+')[0], System.Globalization.CultureInfo.InvariantCulture) > SmallShots;
}
