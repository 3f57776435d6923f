using System.Net;
using MangaMotion.Client;
using MangaMotion.Ingest.Webhooks;

namespace MangaMotion.Ingest.Tests;

public sealed class WebhookTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("255.255.255.255")]
    [InlineData("224.0.0.1")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001:0:53aa:64c:0:0:8c5:1f")]
    public void An_address_that_is_not_of_the_public_internet_is_refused(string address) => PublicAddress.Is(IPAddress.Parse(address)).ShouldBeFalse();

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("2606:4700::1111")]
    public void A_public_address_is_taken(string address) => PublicAddress.Is(IPAddress.Parse(address)).ShouldBeTrue();

    [Fact]
    public void A_signature_holds_for_its_body_its_secret_and_its_time()
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        var header = WebhookHttp.Sign("{}", "secret", time);

        header.ShouldStartWith("t=1800000000,v1=");
        WebhookSignature.IsValid(header, "{}"u8, "secret", time.AddMinutes(4)).ShouldBeTrue();
        WebhookSignature.IsValid(header, "{ }"u8, "secret", time).ShouldBeFalse();
        WebhookSignature.IsValid(header, "{}"u8, "other", time).ShouldBeFalse();
        WebhookSignature.IsValid(header, "{}"u8, "secret", time.AddMinutes(6)).ShouldBeFalse();
        WebhookSignature.IsValid("t=1,v1=", "{}"u8, "secret", time).ShouldBeFalse();
        WebhookSignature.IsValid("nonsense", "{}"u8, "secret", time).ShouldBeFalse();
    }

    [Fact]
    public void Waits_double_up_to_the_longest()
    {
        var options = new WebhookOptions { Delay = TimeSpan.FromSeconds(10), MaxDelay = TimeSpan.FromHours(2) };
        options.DelayAfter(1, random: 0.5).ShouldBe(TimeSpan.FromSeconds(10));
        options.DelayAfter(4, random: 0.5).ShouldBe(TimeSpan.FromSeconds(80));
        options.DelayAfter(1_000, random: 1).ShouldBe(TimeSpan.FromHours(2));
        Enumerable.Range(1, options.MaxAttempts - 1).Sum(attempt => options.DelayAfter(attempt, 0.5).TotalHours).ShouldBeGreaterThan(8);
    }
}
