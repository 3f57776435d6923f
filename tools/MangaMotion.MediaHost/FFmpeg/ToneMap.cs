using MangaMotion.Media.Video;

namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>Posters of frames of high dynamic range, by the filters that ffmpeg's program is given; they are loaded when the first such video comes.</summary>
internal sealed unsafe class ToneMap(int width, int height) : IDisposable
{
    private (int Width, int Height, int Format) _source;
    private nint _graph;
    private Frame* _made = Av.av_frame_alloc();

    /// <summary>Null where the frame cannot be converted.</summary>
    public Poster? Run(Frame* frame)
    {
        var source = (frame->Width, frame->Height, frame->Format);
        if (_graph == 0 || source != _source)
            Build(source);
        Av.av_frame_unref(_made);
        if (Av.av_buffersrc_add_frame(Av.avfilter_graph_get_filter(_graph, "buffer@in"), frame) < 0
            || Av.av_buffersink_get_frame(Av.avfilter_graph_get_filter(_graph, "buffersink@out"), _made) < 0)
        {
            return null;
        }

        var poster = new Poster(_made->Width, _made->Height);
        poster.Copy(_made->Pixels, _made->Stride);
        return poster;
    }

    public void Dispose()
    {
        Av.avfilter_graph_free(ref _graph);
        Av.av_frame_free(ref _made);
    }

    private void Build((int Width, int Height, int Format) source)
    {
        Av.LoadFilters();
        Av.avfilter_graph_free(ref _graph);
        _source = source;
        _graph = Av.avfilter_graph_alloc();
        Av.av_opt_set((void*)_graph, "threads", "1", 0);
        var (inputs, outputs) = ((nint)0, (nint)0);
        var filters = $"buffer@in=video_size={source.Width}x{source.Height}:pix_fmt={source.Format}:time_base=1/1,{PosterSearch.Filter(width, height, highDynamicRange: true)},buffersink@out";
        AvFile.Check(Av.avfilter_graph_parse2(_graph, filters, ref inputs, ref outputs));
        AvFile.Check(Av.avfilter_graph_config(_graph, 0));
    }
}
