using System.Net;
using System.Net.Http.Headers;
using MangaMotion.TestSupport;

namespace MangaMotion.Storage.Conformance;

public sealed partial class S3Conformance
{
    private static readonly HttpClient Http = new();
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_link_downloads_the_object_under_the_given_file_name()
    {
        await PutAsync("a/b", [1, 2, 3], "image/png");

        using var answer = await Http.GetAsync(
            Store.PresignGet("a/b", new PresignGetOptions(Minute) { DownloadName = "Ünlücky \"1\"\r\n.png" }), Cancel);

        (await answer.Content.ReadAsByteArrayAsync(Cancel)).ShouldBe([1, 2, 3]);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("image/png");
        answer.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        answer.Content.Headers.ContentDisposition.FileNameStar!.ShouldStartWith("Ünlücky");
    }

    [Fact]
    public async Task A_link_for_HEAD_answers_length_type_and_file_name()
    {
        await PutAsync("a/b", [1, 2, 3], "image/png");
        var link = Store.PresignGet("a/b", new PresignGetOptions(Minute) { DownloadName = "b.png", HeadOnly = true });

        using var request = new HttpRequestMessage(HttpMethod.Head, link);
        using var answer = await Http.SendAsync(request, Cancel);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentLength.ShouldBe(3);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("image/png");
        answer.Content.Headers.ContentDisposition!.FileName.ShouldBe("b.png");
    }

    [Fact]
    public async Task A_link_stores_an_upload_of_its_length_and_type()
    {
        using var answer = await UploadAsync(Link(), 1_000, "image/png");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var info = (await Store.HeadAsync("up/1", Cancel)).ShouldNotBeNull();
        info.Length.ShouldBe(1_000);
        info.ContentType.ShouldBe("image/png");
        info.Sha256.ShouldBeNull();
        (await ReadAsync("up/1")).ShouldBe(PatternStream.Bytes(1_000));
    }

    [Fact]
    public async Task A_link_rejects_another_length_type_key_or_method()
    {
        (await RefusedAsync(UploadAsync(Link(), 1_001, "image/png"))).ShouldBeTrue();
        (await RefusedAsync(UploadAsync(Link(), 999, "image/png"))).ShouldBeTrue();
        (await RefusedAsync(UploadAsync(Link(), 1_000, "text/html"))).ShouldBeTrue();
        (await RefusedAsync(UploadAsync(Link(), 1_000, null))).ShouldBeTrue();
        (await RefusedAsync(UploadAsync(new Uri(Link().ToString().Replace("up/1", "up/2", StringComparison.Ordinal)), 1_000, "image/png")))
            .ShouldBeTrue();
        (await RefusedAsync(Http.GetAsync(Link(), Cancel))).ShouldBeTrue();
        (await KeysAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_expired_link_is_rejected()
    {
        await PutAsync("up/1", [1]);
        var get = Store.PresignGet("up/1", new PresignGetOptions(TimeSpan.FromSeconds(1)));
        var put = Store.PresignPut("up/1", new PresignPutOptions(TimeSpan.FromSeconds(1), "image/png", 1_000));

        await Eventually.Until(async () => await RefusedAsync(Http.GetAsync(get, Cancel)));
        await Eventually.Until(async () => await RefusedAsync(UploadAsync(put!, 1_000, "image/png")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8 * 24 * 60)]
    public void A_link_is_valid_for_more_than_zero_and_at_most_seven_days(int minutes)
    {
        Should.Throw<ArgumentOutOfRangeException>(() => Store.PresignGet("a", new PresignGetOptions(TimeSpan.FromMinutes(minutes))));
        Should.Throw<ArgumentException>(() => Store.PresignPut("../a", new PresignPutOptions(Minute, "image/png", 1)));
    }

    [Fact]
    public async Task A_browser_page_of_another_origin_may_use_the_links()
    {
        using var preflight = new HttpRequestMessage(HttpMethod.Options, Link());
        preflight.Headers.Add("Origin", "https://console.example");
        preflight.Headers.Add("Access-Control-Request-Method", "PUT");
        preflight.Headers.Add("Access-Control-Request-Headers", "content-type");

        using var answer = await Http.SendAsync(preflight, Cancel);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.GetValues("Access-Control-Allow-Methods").Single().ShouldContain("PUT");
        answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldNotBeEmpty();
    }

    private Uri Link() => Store.PresignPut("up/1", new PresignPutOptions(Minute, "image/png", 1_000))!;

    private static async Task<HttpResponseMessage> UploadAsync(Uri link, int length, string? contentType)
    {
        using var content = new ByteArrayContent(PatternStream.Bytes(length));
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        return await Http.PutAsync(link, content, Cancel);
    }

    private static async Task<bool> RefusedAsync(Task<HttpResponseMessage> request)
    {
        using var answer = await request;
        return answer.StatusCode == HttpStatusCode.Forbidden;
    }
}
