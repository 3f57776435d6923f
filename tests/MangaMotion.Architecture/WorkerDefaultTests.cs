using MangaMotion.Jobs;
using MangaMotion.ServiceDefaults;
using MangaMotion.Thumbnail;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MangaMotion.Architecture;

/// <summary>Defaults that a service has of its own, below what its operator sets.</summary>
public sealed class WorkerDefaultTests
{
    [Fact]
    public async Task A_thumbnail_worker_has_ten_minutes_for_an_attempt_and_twice_as_many_places_as_processors()
    {
        var jobs = await ThumbnailOptionsAsync();

        jobs.TimeLimit.ShouldBe(TimeSpan.FromMinutes(10));
        jobs.Concurrency.ShouldBe(2 * Environment.ProcessorCount);
    }

    [Fact]
    public async Task What_the_operator_sets_stands_above_a_workers_own_defaults()
    {
        var jobs = await ThumbnailOptionsAsync("--Jobs:TimeLimit=00:45:00", "--Jobs:Concurrency=3");

        jobs.TimeLimit.ShouldBe(TimeSpan.FromMinutes(45));
        jobs.Concurrency.ShouldBe(3);
    }

    private static async Task<JobsOptions> ThumbnailOptionsAsync(params string[] arguments)
    {
        var builder = WebApplication.CreateBuilder(arguments);
        builder.AddServiceDefaults("thumbnail");
        builder.AddThumbnails();
        await using var app = builder.Build();
        return app.Services.GetRequiredService<IOptions<JobsOptions>>().Value;
    }
}
