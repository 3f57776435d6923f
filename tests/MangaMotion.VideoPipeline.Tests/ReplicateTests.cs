using System.Text.Json;
using MangaMotion.Comics.Panels;
using MangaMotion.Comics.Script;
using MangaMotion.Media.Tests;
using MangaMotion.VideoPipeline.Stages.VideoGen;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MangaMotion.VideoPipeline.Tests;

public sealed class ReplicateTests : IAsyncLifetime
{
    private readonly VideoRig _rig = new();
    private readonly Stub _stub = new();

    public async ValueTask InitializeAsync() => await _stub.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _stub.DisposeAsync();
        await _rig.DisposeAsync();
    }

    [Fact]
    public async Task The_video_of_a_model_becomes_a_segment_of_exactly_the_requested_frames()
    {
        _stub.Video = Clip();

        var segment = await RenderAsync(frames: 75);

        segment.Draft.ShouldBeFalse();
        _rig.Numbers(segment.Path, "v:0", "packet=pts_time").Length.ShouldBe(75);
        _rig.Numbers(segment.Path, "v:0", "stream=width").ShouldBe([320.0]);
        _stub.Paths.ShouldBe(
            ["POST /v1/models/maker/mover/predictions", "GET /v1/predictions/p1", "GET /v1/predictions/p1", "GET /files/out.mp4"]);
        _stub.Keys.ShouldBe(["Bearer secret", "Bearer secret", "Bearer secret", ""]);
        var input = _stub.Input.GetProperty("input");
        input.GetProperty("first_frame").GetString()!.ShouldStartWith("data:image/jpeg;base64,/9j/");
        input.GetProperty("prompt").GetString()!.ShouldContain("comic panel");
    }

    [Theory]
    [InlineData("failed", null)]
    [InlineData("succeeded", "https://elsewhere.example/out.mp4")]
    [InlineData("succeeded", "file:///nowhere/out.mp4")]
    public async Task The_local_camera_renders_a_draft_if_the_model_fails(string status, string? output)
    {
        (_stub.Status, _stub.Output) = (status, output);

        var segment = await RenderAsync(frames: 20);

        segment.Draft.ShouldBeTrue();
        _rig.Numbers(segment.Path, "v:0", "packet=pts_time").Length.ShouldBe(20);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"id\":null,\"status\":\"processing\"}")]
    public async Task An_abandoned_prediction_is_canceled(string answer)
    {
        _stub.PollAnswer = answer;

        (await RenderAsync(frames: 10)).Draft.ShouldBeTrue();

        _stub.Paths[^1].ShouldBe("POST /v1/predictions/p1/cancel");
    }

    [Fact]
    public async Task The_picture_sent_shows_nothing_of_the_neighbours_of_a_slanted_panel()
    {
        await RenderAsync(frames: 10, outline: [new(200, 70), new(1530, 70), new(1400, 690), new(70, 690)]);

        var jpeg = _rig.Workspace.NewPath("jpg");
        await File.WriteAllBytesAsync(
            jpeg, Convert.FromBase64String(_stub.Input.GetProperty("input").GetProperty("first_frame").GetString()!.Split(',')[1]));
        var (width, height) = ((int)_rig.Numbers(jpeg, "v:0", "stream=width")[0], (int)_rig.Numbers(jpeg, "v:0", "stream=height")[0]);
        width.ShouldBe(1280);
        var grey = _rig.Grey(jpeg);
        // Without the mask, the corners of the box would show the white paper of the page.
        grey[(5 * width) + 5].ShouldBeLessThan((byte)140);
        grey[((height - 5) * width) + width - 5].ShouldBeLessThan((byte)140);
        grey.Max().ShouldBeGreaterThan((byte)200);
    }

    [Fact]
    public async Task An_answer_that_is_not_a_video_is_rejected()
    {
        _stub.Video = "#EXTM3U\nneighbour.ts\n"u8.ToArray();

        (await RenderAsync(frames: 10)).Draft.ShouldBeTrue();
    }

    private async Task<RenderedSegment> RenderAsync(int frames, IReadOnlyList<PagePoint>? outline = null)
    {
        var options = new ReplicateOptions
        {
            BaseUrl = _stub.Address,
            Model = "maker/mover",
            ImageInput = "first_frame",
            PollInterval = TimeSpan.FromMilliseconds(100),
            MaxRetries = 0,
        };
        using var client = ReplicateClient.Create("secret", options);
        var camera = new ReplicateCamera(
            client, _rig.Camera, _rig.Pages, _rig.Encoder, Microsoft.Extensions.Options.Options.Create(options),
            NullLogger<ReplicateCamera>.Instance);
        var shot = VideoRig.Shot(1, 1, new PanelBox { X = 70, Y = 70, Width = 1460, Height = 620 }) with { Outline = outline };
        return await camera.RenderAsync(
            new SegmentSpec(320, 180, 30, [new ShotView(shot, frames, 0)], ShotTransition.Cut, frames), VideoRig.Pictures, _rig.Workspace,
            CancellationToken.None);
    }

    /// <summary>Creates a video of 2 s with another aspect and frame rate.</summary>
    private static byte[] Clip() =>
        SampleMedia.Bytes("mp4", ["testsrc2=s=400x400:r=24:d=2"], output => output.WithVideoCodec("libx264").WithPixelFormat("yuv420p"));

    /// <summary>Server with the documented API of Replicate. It answers starting, processing, then finished.</summary>
    private sealed class Stub : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private int _polls;

        public Stub()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            _app = builder.Build();
            _app.MapPost("/v1/models/maker/mover/predictions", async context =>
            {
                Note(context);
                Input = (await JsonDocument.ParseAsync(context.Request.Body)).RootElement;
                context.Response.StatusCode = 201;
                await context.Response.WriteAsJsonAsync(
                    new { id = "p1", status = "starting", output = (string?)null, error = (string?)null });
            });
            _app.MapGet("/v1/predictions/p1", context =>
            {
                Note(context);
                if (PollAnswer is { } answer)
                    return context.Response.WriteAsync(answer);
                return ++_polls == 1
                    ? context.Response.WriteAsJsonAsync(
                        new { id = "p1", status = "processing", output = (string?)null, error = (string?)null })
                    : context.Response.WriteAsJsonAsync(new
                    {
                        id = "p1",
                        status = Status,
                        output = new[] { Output ?? $"{Address}/files/out.mp4" },
                        error = Status == "failed" ? "out of memory" : null,
                    });
            });
            _app.MapPost("/v1/predictions/p1/cancel", context =>
            {
                Note(context);
                return context.Response.WriteAsJsonAsync(
                    new { id = "p1", status = "canceled", output = (string?)null, error = (string?)null });
            });
            _app.MapGet("/files/out.mp4", context =>
            {
                Note(context);
                return context.Response.Body.WriteAsync(Video).AsTask();
            });
        }

        public string Address => _app.Urls.First();

        public byte[] Video { get; set; } = [];

        public string Status { get; set; } = "succeeded";

        public string? Output { get; set; }

        /// <summary>Answer to every poll, instead of the regular one.</summary>
        public string? PollAnswer { get; set; }

        public JsonElement Input { get; private set; }

        public List<string> Paths { get; } = [];

        public List<string> Keys { get; } = [];

        public Task StartAsync() => _app.StartAsync();

        public ValueTask DisposeAsync() => _app.DisposeAsync();

        private void Note(HttpContext context)
        {
            Paths.Add($"{context.Request.Method} {context.Request.Path}");
            Keys.Add(context.Request.Headers.Authorization.ToString());
        }
    }
}
