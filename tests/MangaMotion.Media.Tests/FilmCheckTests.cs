using MangaMotion.Film.Composition;
using MangaMotion.Film.Frames;
using MangaMotion.Film.Speech;
using MangaMotion.Media.Workspaces;

namespace MangaMotion.Media.Tests;

/// <summary>Videos of 320 × 180 pixels with faults that the composer has to find.</summary>
public sealed class FilmCheckTests : IAsyncLifetime
{
    private static readonly FilmFormat Small = new(320, 180, 30);

    private readonly MediaRig _rig = new();
    private readonly Workspace _workspace;

    public FilmCheckTests() => _workspace = _rig.Root.Create();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_picture_that_moves_with_a_line_that_is_heard_has_no_faults() =>
        (await FindFaultsAsync([(180, Waves(speed: 0.2))], [new(Speech(6_000), 1)])).ShouldBeEmpty();

    [Fact]
    public async Task Black_empty_and_frozen_pictures_are_named_with_their_times() =>
        // The second key frame of a still picture, at 0:07, is the first that equals the next one.
        (await FindFaultsAsync([(90, Waves(1)), (30, Grey(16)), (30, Grey(200)), (150, Waves(0))], [])).ShouldBe(
        [
            "The picture is black at 0:03.", "The picture is empty at 0:04.", "The picture stands still at 0:07.",
        ]);

    [Fact]
    public async Task A_line_that_cannot_be_heard_or_is_clipped_and_a_long_silence_are_named_with_their_times() =>
        (await FindFaultsAsync(
            [(450, Waves(0.2))],
            [
                new(Speech(0), 0.5), new(Speech(0), 1.6) { IsPause = true }, new(Speech(90_000), 3.2),
            ])).ShouldBe(
        [
            "The line at 0:00 cannot be heard.", "The sound is distorted by clipping at 0:03.", "Nothing is spoken from 0:04 to 0:15.",
        ]);

    private async Task<IReadOnlyList<string>> FindFaultsAsync(
        (int Frames, Action<int, byte[]> Draw)[] segments, IReadOnlyList<SpeechClip> speeches)
    {
        var encoder = new FrameEncoder(_rig.Tools);
        var files = new List<string>();
        var picture = new byte[Small.Width * Small.Height];
        foreach (var (frames, draw) in segments)
        {
            files.Add(await encoder.EncodeAsync(
                _workspace, Small, frames,
                (n, frame) =>
                {
                    frame.Fill(128);
                    draw(n, picture);
                    picture.CopyTo(frame);
                },
                CancellationToken.None));
        }

        var film = await new FilmComposer(_rig.Tools).ComposeAsync(
            _workspace,
            new() { Format = Small, Segments = files, Frames = segments.Sum(segment => segment.Frames), Speeches = speeches },
            new Progress<double>(), CancellationToken.None);
        return film.Faults;
    }

    /// <summary>Draws waves that move by this number of pixels in a frame.</summary>
    private static Action<int, byte[]> Waves(double speed) => (n, picture) =>
    {
        for (var i = 0; i < picture.Length; i++)
            picture[i] = (byte)(128 + (80 * Math.Sin(((i % Small.Width) + (speed * n)) / 20.0)));
    };

    private static Action<int, byte[]> Grey(byte level) => (_, picture) => picture.AsSpan().Fill(level);

    /// <summary>Writes a second of a tone, cut at the largest level.</summary>
    private string Speech(int level)
    {
        var path = _workspace.NewPath("wav");
        short[] samples = [.. Enumerable.Range(0, Sound.FilmRate)
            .Select(i => (short)Math.Clamp(level * Math.Sin(i * 0.05), short.MinValue, short.MaxValue))];
        File.WriteAllBytes(path, new Sound(Sound.FilmRate, samples).ToWav());
        return path;
    }
}
