using MangaMotion.Media.Video;

namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>
/// Converts frames of high dynamic range or a wide gamut to posters by the filters of the program <c>ffmpeg</c>. They are loaded with the
/// first such video.
/// </summary>
internal sealed unsafe class ToneMap(int width, int height) : IDisposable
{
    private (int Width, int Height, int Format, int Space, int Range, string Filter) _source;
    private nint _graph;
    private Frame* _result = Av.av_frame_alloc();

    /// <summary>Whether the numbers of a frame cannot be shown as those of sRGB.</summary>
    public static bool IsNeeded(Frame* frame) =>
        IsHighDynamicRange(frame) || frame->Primaries is Frame.Bt2020 or Frame.DciP3 or Frame.DisplayP3;

    /// <summary>Converts a frame; null if it cannot be converted.</summary>
    public Poster? Run(Frame* frame)
    {
        var source = (frame->Width, frame->Height, frame->Format, frame->Space, frame->Range, Filter(frame));
        if (_graph == 0 || source != _source)
            Build(source);
        Av.av_frame_unref(_result);
        if (Av.av_buffersrc_add_frame(Av.avfilter_graph_get_filter(_graph, "buffer@in"), frame) < 0
            || Av.av_buffersink_get_frame(Av.avfilter_graph_get_filter(_graph, "buffersink@out"), _result) < 0)
        {
            return null;
        }

        var poster = new Poster(_result->Width, _result->Height);
        poster.Copy(_result->Pixels, _result->Stride);
        return poster;
    }

    private static bool IsHighDynamicRange(Frame* frame) => frame->Transfer is Frame.Pq or Frame.Hlg;

    private string Filter(Frame* frame)
    {
        if (IsHighDynamicRange(frame))
            return PosterSearch.Filter(width, height, highDynamicRange: true);
        var matrix = frame->Space != Frame.Unspecified ? "input" : frame->Primaries == Frame.Bt2020 ? "bt2020nc" : "bt709";
        return PosterSearch.WideGamutFilter(width, height, matrix, isLinear: frame->Transfer == Frame.Linear);
    }

    public void Dispose()
    {
        Av.avfilter_graph_free(ref _graph);
        Av.av_frame_free(ref _result);
    }

    private void Build((int Width, int Height, int Format, int Space, int Range, string Filter) source)
    {
        Av.LoadFilters();
        Av.avfilter_graph_free(ref _graph);
        _source = source;
        _graph = Av.avfilter_graph_alloc();
        Av.av_opt_set((void*)_graph, "threads", "1", 0);
        var (inputs, outputs) = ((nint)0, (nint)0);
        // FFmpeg 5.1 takes matrix and range from each frame. FFmpeg 7.1 takes them from these options, which 5.1 does not have.
        var colours = Av.IsFFmpeg7 ? $":colorspace={source.Space}:range={source.Range}" : "";
        var filters = $"buffer@in=video_size={source.Width}x{source.Height}:pix_fmt={source.Format}:time_base=1/1{colours},"
            + $"{source.Filter},buffersink@out";
        AvFile.Check(Av.avfilter_graph_parse2(_graph, filters, ref inputs, ref outputs));
        AvFile.Check(Av.avfilter_graph_config(_graph, 0));
    }
}
