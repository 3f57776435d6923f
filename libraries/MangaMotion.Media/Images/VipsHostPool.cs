using System.Collections.Concurrent;
using System.Diagnostics;
using MangaMotion.Media.Processes;
using MangaMotion.Media.Sniffing;
using MangaMotion.Media.Workspaces;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MangaMotion.Media.Images;

/// <summary>
/// Image children, started when first needed and kept: starting one costs more than a picture. A child that crashes, hangs,
/// talks nonsense or grows is replaced; the job it had fails or is told its file's fault.
/// </summary>
public sealed class VipsHostPool(IOptions<MediaOptions> options, Sandbox sandbox, WorkspaceRoot workspaces, ILogger<VipsHostPool> log)
    : IImageRenderer, IAsyncDisposable
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(250);

    private readonly MediaLimits _limits = options.Value.Limits;
    private readonly SemaphoreSlim _free = new(options.Value.Hosts);
    private readonly ConcurrentStack<VipsHost> _idle = new();
    private readonly ConcurrentDictionary<VipsHost, bool> _all = new();
    private readonly CancellationTokenSource _closing = new();
    private int _slots;
    private bool _disposed;

    /// <summary>The processes that were started for the living children.</summary>
    internal IReadOnlyCollection<int> ProcessIds => [.. _all.Keys.Select(host => host.ProcessId)];

    public Task<RenderedImage> RenderAsync(
        Workspace workspace, string input, MediaType type, ImageRequest request, CancellationToken cancellationToken)
    {
        request.Validate();
        return type.Kind == MediaKind.Image
            ? MediaTelemetry.RunAsync("vips", activity => RunAsync(workspace, input, type, request, activity, cancellationToken))
            : throw new ArgumentException($"{type} is no image.", nameof(type));
    }

    public async ValueTask DisposeAsync()
    {
        // The container disposes what it hands out under two types twice.
        if (Interlocked.Exchange(ref _disposed, true))
            return;

        // Jobs under way are canceled; when every place is free, no job is left that could hold a child.
        await _closing.CancelAsync();
        for (var i = 0; i < options.Value.Hosts; i++)
            await _free.WaitAsync();
        foreach (var host in _all.Keys)
            await EndAsync(host);
        _closing.Dispose();
        _free.Dispose();
    }

    private async Task<RenderedImage> RunAsync(
        Workspace workspace, string input, MediaType type, ImageRequest request, Activity? activity, CancellationToken cancellationToken)
    {
        using var canceled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        await _free.WaitAsync(canceled.Token);
        try
        {
            var host = type == MediaType.Heic ? await StartAsync(HeicLibrary(), canceled.Token)
                : _idle.TryPop(out var kept) ? kept
                : await StartAsync(VipsLibrary.Find(options.Value.Vips.Library, AppContext.BaseDirectory), canceled.Token);
            var keep = false;
            var shown = Path.Combine(host.InDirectory, "input");
            try
            {
                // Renamed, not copied: workspace and slot are on one file system.
                File.Move(input, shown);
                var answer = await AskAsync(host, type, request, activity, canceled.Token);
                keep = true;
                return answer.Failure is { } failure
                    ? throw Exception(failure, type)
                    : Collect(host, workspace, answer, request);
            }
            finally
            {
                if (File.Exists(shown))
                    File.Move(shown, input);
                await ReturnAsync(host, keep, oneJob: type == MediaType.Heic);
            }
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>HEIC is rare and its library large: its child is started for one picture.</summary>
    private static string HeicLibrary() =>
        VipsLibrary.ForHeic ?? throw new UnsupportedMediaException("HEIC is not taken here; save the picture as JPEG.", "the system's libvips42 is not installed");

    private async Task<VipsHost> StartAsync(string library, CancellationToken cancellationToken)
    {
        var slot = Path.Combine(workspaces.Location, $"slot-{Interlocked.Increment(ref _slots)}");
        var host = await VipsHost.StartAsync(sandbox, options.Value, WorkspaceRoot.Create(slot), library, cancellationToken);
        _all[host] = true;
        return host;
    }

    private async Task<HostAnswer> AskAsync(VipsHost host, MediaType type, ImageRequest request, Activity? activity, CancellationToken cancellationToken)
    {
        var (cpuBefore, started) = (host.Cpu, Stopwatch.GetTimestamp());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asking = host.AskAsync((seenIn, seenOut) => ToHost(request, type, seenIn, seenOut), stop.Token);
        try
        {
            // With one thread, processor time runs no faster than the wall's: nothing to watch before.
            var patience = TimeSpan.FromSeconds(_limits.CpuSeconds);
            while (await Task.WhenAny(asking, Task.Delay(patience, stop.Token)) != asking)
            {
                cancellationToken.ThrowIfCancellationRequested();
                patience = WatchInterval;
                if (host.Cpu - cpuBefore >= TimeSpan.FromSeconds(_limits.CpuSeconds))
                    throw Outcome.CpuUsedUp(_limits.CpuSeconds, type.Title, $"vips on {type}");
                if (Stopwatch.GetElapsedTime(started) >= TimeSpan.FromSeconds(_limits.WallSeconds))
                    throw new ToolFailedException("vips", $"no answer within {_limits.WallSeconds} s of wall time, with processor time to spare");
            }

            if (await asking is { } answer)
            {
                activity?.SetTag("media.host.jobs", host.Jobs);
                return answer;
            }
        }
        finally
        {
            await stop.CancelAsync();
        }

        var (signal, detail) = await host.EndAsync();
        throw Outcome.LooksOutOfMemory(detail)
            ? Outcome.OutOfMemory(_limits.MemoryBytes, type.Title, detail)
            : new ToolFailedException("vips", $"the child died in mid-job, {detail}", signal);
    }

    private HostRequest ToHost(ImageRequest request, MediaType type, string seenIn, string seenOut) => new()
    {
        Input = $"{seenIn}/input",
        Type = type.Name,
        OutputDirectory = seenOut,
        Variants =
        [
            .. request.Variants.OrderByDescending(v => v.Size)
                .Select(v => new HostVariant(v.Name, v.Size, Extension(v.Format), v.Quality, v.Progressive)),
        ],
        Animation = request.AnimationSize is { } size ? new HostAnimation("animation", size, 70, _limits.AnimationFrames, _limits.AnimationPixels) : null,
        Background = [request.Background.Red, request.Background.Green, request.Background.Blue],
        MaxPixels = _limits.Pixels,
        MaxFrames = _limits.Frames,
    };

    /// <summary>Believes no answer: the files are there, of their type and not empty, before they are taken.</summary>
    private static RenderedImage Collect(VipsHost host, Workspace workspace, HostAnswer answer, ImageRequest request)
    {
        var files = new List<MediaFile>();
        foreach (var variant in request.Variants.Select(v => (v.Name, v.Format)).Append((Name: "animation", Format: ImageFormat.Webp)))
        {
            if (answer.Files.FirstOrDefault(file => file.Name == variant.Name) is not { } file)
            {
                if (variant.Name == "animation")
                    continue;
                throw new ToolFailedException("vips", $"the variant '{variant.Name}' is missing in the answer");
            }

            var extension = Extension(variant.Format);
            var made = new FileInfo(Path.Combine(host.OutDirectory, $"{variant.Name}.{extension}"));
            if (!made.Exists || made.LinkTarget is not null || MediaSniffer.SniffFile(made.FullName).Type is not { } type || type.Extension != extension)
                throw new ToolFailedException("vips", $"the file of variant '{variant.Name}' is missing or is no {extension}");

            var path = workspace.NewPath(extension);
            File.Move(made.FullName, path);
            files.Add(new MediaFile(variant.Name, path, type.Name, file.Width, file.Height, made.Length));
        }

        return new RenderedImage
        {
            Width = answer.Width,
            Height = answer.Height,
            Frames = answer.Frames,
            HasAlpha = answer.HasAlpha,
            Orientation = answer.Orientation,
            ThumbHash = answer.ThumbHash,
            Files = files,
        };
    }

    private MediaException Exception(HostFailure failure, MediaType type) => failure.Kind switch
    {
        HostFailureKind.Corrupt => new CorruptMediaException($"The {type.Title} is damaged or cut short and cannot be decoded; export it again.", failure.Detail),
        HostFailureKind.Unsupported => new UnsupportedMediaException(
            $"This {type.Title} uses an encoding that is not supported here; save it as JPEG or PNG.", failure.Detail),
        HostFailureKind.TooManyPixels => Outcome.TooMany("pixels", _limits.Pixels, failure.Actual, $"The picture has {{0}} pixels; {{1}} are allowed.", failure.Detail),
        HostFailureKind.TooManyFrames => Outcome.TooMany("frames", _limits.Frames, failure.Actual, $"The {type.Title} has {{0}} frames; {{1}} are allowed.", failure.Detail),
        HostFailureKind.OutOfMemory => Outcome.OutOfMemory(_limits.MemoryBytes, type.Title, failure.Detail),
        _ => new ToolFailedException("vips", failure.Detail),
    };

    private async Task ReturnAsync(VipsHost host, bool keep, bool oneJob)
    {
        var reason = this switch
        {
            _ when _closing.IsCancellationRequested => "shutdown",
            _ when !keep => "failed",
            _ when oneJob => "one_job",
            _ when host.Jobs >= options.Value.Vips.RecycleAfterJobs => "jobs",
            _ when host.ResidentBytes > options.Value.Vips.RecycleAboveBytes => "memory",
            _ => null,
        };
        if (reason is null)
        {
            foreach (var left in Directory.EnumerateFiles(host.OutDirectory, "*", SearchOption.AllDirectories))
                File.Delete(left);
            _idle.Push(host);
            return;
        }

        if (reason == "failed")
            log.LogWarning("The image child {ProcessId} failed in its job {Jobs} and is replaced", host.ProcessId, host.Jobs);
        MediaTelemetry.HostReplaced(reason);
        await EndAsync(host);
    }

    private async Task EndAsync(VipsHost host)
    {
        _all.TryRemove(host, out _);
        await host.DisposeAsync();
    }

    private static string Extension(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "jpg",
        ImageFormat.Webp => "webp",
        _ => "png",
    };
}
