namespace MangaMotion.Jobs.Tests;

public sealed class LaneTests
{
    [Fact]
    public void A_queue_name_identifies_its_lane()
    {
        foreach (var lane in Lanes.All)
        {
            Lanes.OfQueue(JobTypes.Thumbnail.QueueName(lane)).ShouldBe(lane);
            Lanes.OfQueue(JobTypes.Thumbnail.QueueName(lane, bulk: true)).ShouldBe(lane);
            Lanes.FrontOf(JobTypes.Thumbnail.QueueName(lane, bulk: true)).ShouldBe(JobTypes.Thumbnail.QueueName(lane));
            Lanes.IsBulk(JobTypes.Thumbnail.QueueName(lane)).ShouldBeFalse();
            Lanes.Parse(lane.Name()).ShouldBe(lane);
        }
    }

    [Fact]
    public void The_normal_lane_has_the_plain_name() => JobTypes.Thumbnail.QueueName(Lane.Normal).ShouldBe("thumbnail");

    [Theory]
    [InlineData("HIGH")]
    [InlineData("")]
    [InlineData(null)]
    public void Other_text_is_not_a_lane(string? name) => Lanes.TryParse(name, out _).ShouldBeFalse();
}
