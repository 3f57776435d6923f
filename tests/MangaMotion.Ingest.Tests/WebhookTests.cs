using System.Net;
using MangaMotion.Ingest.Background.Webhooks;

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
    public void An_address_outside_the_public_internet_is_rejected(string address) =>
        PublicAddress.Is(IPAddress.Parse(address)).ShouldBeFalse();

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("2606:4700::1111")]
    public void A_public_address_is_accepted(string address) => PublicAddress.Is(IPAddress.Parse(address)).ShouldBeTrue();

    [Fact]
    public void The_example_of_the_specification_gets_its_signature()
    {
        var request = Sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek", """{"test": 2432232314}""", 1_614_265_330, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

        request.Headers.GetValues("webhook-id").ShouldBe(["msg_p5jXN8AQM9LWM0D4loKWxJek"]);
        request.Headers.GetValues("webhook-timestamp").ShouldBe(["1614265330"]);
        request.Headers.GetValues("webhook-signature").ShouldBe(["v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="]);
    }

    [Fact]
    public void Two_secrets_give_two_signatures_in_their_order()
    {
        var (renewed, previous) = (WebhookSigner.CreateSecret(), WebhookSigner.CreateSecret());

        Signature(renewed, previous).ShouldBe($"{Signature(renewed)} {Signature(previous)}");
    }

    [Fact]
    public void Secrets_are_32_random_bytes_in_base64()
    {
        var secret = WebhookSigner.CreateSecret();

        secret.ShouldStartWith("whsec_");
        Convert.FromBase64String(secret["whsec_".Length..]).Length.ShouldBe(32);
        WebhookSigner.CreateSecret().ShouldNotBe(secret);
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

    private static string Signature(params string[] secrets) =>
        Sign("id", "{}", 1_800_000_000, secrets).Headers.GetValues("webhook-signature").Single();

    private static HttpRequestMessage Sign(string id, string body, long seconds, params string[] secrets)
    {
        var request = new HttpRequestMessage();
        WebhookSigner.Sign(request, id, body, secrets, DateTimeOffset.FromUnixTimeSeconds(seconds));
        return request;
    }
}
