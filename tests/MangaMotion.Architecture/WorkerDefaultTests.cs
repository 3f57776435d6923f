using MangaMotion.Jobs;
using MangaMotion.ServiceDefaults;
using MangaMotion.Thumbnail;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MangaMotion.Architecture;

/// <summary>Defaults of one service, which the settings of the operator override.</summary>
public sealed class WorkerDefaultTests
{
    [Fact]
    public async Task A_thumbnail_attempt_may_take_ten_minutes_and_a_worker_has_two_places_a_processor()
    {
        var jobs = await ThumbnailOptionsAsync();

        jobs.TimeLimit.ShouldBe(TimeSpan.FromMinutes(10));
        jobs.Concurrency.ShouldBe(2 * Environment.ProcessorCount);
    }

    [Fact]
    public async Task Settings_of_the_operator_override_the_defaults_of_a_worker()
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
