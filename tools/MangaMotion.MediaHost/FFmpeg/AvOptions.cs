namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>Options for one call. The call removes those that it recognizes.</summary>
internal sealed class AvOptions : IDisposable
{
    private nint _handle;

    public AvOptions(params ReadOnlySpan<(string Key, string Value)> options)
    {
        foreach (var (key, value) in options)
            Av.av_dict_set(ref _handle, key, value, 0);
    }

    public ref nint Handle => ref _handle;

    public void Dispose() => Av.av_dict_free(ref _handle);
}
