using MangaMotion.Ingest.Background.Events;

namespace MangaMotion.Ingest.Tests;

public sealed class ChangeCursorTests
{
    [Theory]
    [InlineData("1:1:")]
    [InlineData("10:20:")]
    [InlineData("10:20:10,15,19")]
    public void A_snapshot_keeps_its_text(string text) => ChangeCursor.Parse(text)!.Text.ShouldBe(text);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("42")]
    [InlineData("0:1:")]
    [InlineData("20:10:")]
    [InlineData("10:20:9")]
    [InlineData("10:20:20")]
    [InlineData("10:20:15,12")]
    [InlineData("10:20:15,15")]
    [InlineData("10:20:15,")]
    [InlineData("10:20:-1")]
    [InlineData("10:20: 15")]
    [InlineData("10:99999999999999999999999:")]
    public void Other_text_is_not_a_snapshot(string? text) => ChangeCursor.Parse(text).ShouldBeNull();

    [Theory]
    [InlineData("10:21:", "10:20:", true)]
    [InlineData("10:20:15", "10:20:12,15", true)]
    [InlineData("10:20:15", "10:20:15", false)]
    [InlineData("10:20:", "10:21:", false)]
    public void The_later_of_two_snapshots_is_found(string one, string other, bool newer) =>
        ChangeCursor.Parse(one)!.IsNewerThan(ChangeCursor.Parse(other)!).ShouldBe(newer);
}
