using MangaMotion.Jobs.Failures;

namespace MangaMotion.Jobs.Tests;

public sealed class RetryOptionsTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    [InlineData(3, 20)]
    [InlineData(7, 300)]
    [InlineData(100, 300)]
    public void The_wait_doubles_up_to_the_cap(int attempt, double seconds) =>
        new RetryOptions().DelayAfter(attempt, random: 0.5).TotalSeconds.ShouldBe(seconds, tolerance: 0.001);

    [Theory]
    [InlineData(0.0, 8)]
    [InlineData(1.0, 12)]
    public void Jitter_is_twenty_percent_either_way(double random, double seconds) =>
        new RetryOptions().DelayAfter(2, random).TotalSeconds.ShouldBe(seconds, tolerance: 0.001);

    [Fact]
    public void The_cap_holds_for_jitter_too() =>
        new RetryOptions().DelayAfter(8, random: 1).ShouldBe(TimeSpan.FromMinutes(5));

    [Fact]
    public void There_is_no_attempt_before_the_first() =>
        Should.Throw<ArgumentOutOfRangeException>(() => new RetryOptions().DelayAfter(0, 0.5));
}
