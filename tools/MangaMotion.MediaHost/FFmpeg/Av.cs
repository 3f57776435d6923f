using System.Runtime.InteropServices;
using MangaMotion.Media.Hosts;

namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>The functions of FFmpeg's libraries that are used, and how they are loaded.</summary>
internal static unsafe partial class Av
{
    public const int Again = -11, EndOfFile = -541478725;
    public const long NoTime = long.MinValue;

    private const string Format = "avformat", Codec = "avcodec", Util = "avutil", Scale = "swscale", Filter = "avfilter", Resample = "swresample";

    private static bool _loaded;
    private static bool _filters;

    /// <summary>Where the libraries are; empty where the linker looks.</summary>
    public static string Folder { get; set; } = "";

    /// <summary>Loads what demuxes and decodes, at the first job that needs it.</summary>
    /// <exception cref="RefusedException">It is not there, or not the version whose structures are known here (Layout.cs).</exception>
    public static void Load()
    {
        if (_loaded)
            return;

        Add(Util, 57);
        Add(Scale, 6);
        Add(Resample, 4);
        Add(Codec, 59);
        Add(Format, 59);

        // 5.1 is the first with the layout of channels that frames have; minor versions count up within a major one.
        Check(Util, avutil_version(), 57, 28);
        Check(Codec, avcodec_version(), 59, 37);
        Check(Format, avformat_version(), 59, 27);
        AvLog.Capture();
        _loaded = true;
    }

    /// <summary>Loads what maps high dynamic range; others do without.</summary>
    public static void LoadFilters()
    {
        if (_filters)
            return;

        Add(Filter, 8);
        _filters = true;
    }

    private static void Add(string name, int major)
    {
        var file = Path.Combine(Folder, $"lib{name}.so.{major}");
        try
        {
            Libraries.Add(name, NativeLibrary.Load(file));
        }
        catch (DllNotFoundException missing)
        {
            throw Missing(missing.Message);
        }
    }

    private static void Check(string name, uint version, int major, int minor)
    {
        if (version >> 16 != major || (version >> 8 & 0xFF) < minor)
            throw Missing($"lib{name} is {version >> 16}.{version >> 8 & 0xFF}, not {major}.{minor}");
    }

    private static RefusedException Missing(string detail) => new(new HostFailure(HostFailureKind.LibraryMissing, detail));

    [LibraryImport(Util)]
    private static partial uint avutil_version();

    [LibraryImport(Codec)]
    private static partial uint avcodec_version();

    [LibraryImport(Format)]
    private static partial uint avformat_version();

    [LibraryImport(Format, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint av_find_input_format(string name);

    [LibraryImport(Format, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int avformat_open_input(ref FormatContext* context, string url, nint format, ref nint options);

    [LibraryImport(Format)]
    public static partial int avformat_find_stream_info(FormatContext* context, nint* options);

    [LibraryImport(Format)]
    public static partial void avformat_close_input(ref FormatContext* context);

    [LibraryImport(Format)]
    public static partial int av_read_frame(FormatContext* context, Packet* packet);

    [LibraryImport(Format)]
    public static partial int avformat_seek_file(FormatContext* context, int stream, long least, long time, long most, int flags);

    [LibraryImport(Format)]
    public static partial Rational av_guess_sample_aspect_ratio(FormatContext* context, Stream* stream, Frame* frame);

    [LibraryImport(Format)]
    public static partial int* av_stream_get_side_data(Stream* stream, int kind, nuint* size);

    [LibraryImport(Codec)]
    public static partial nint avcodec_find_decoder(int codec);

    [LibraryImport(Codec)]
    public static partial nint avcodec_get_name(int codec);

    [LibraryImport(Codec)]
    public static partial nint avcodec_alloc_context3(nint decoder);

    [LibraryImport(Codec)]
    public static partial int avcodec_parameters_to_context(nint context, CodecParameters* parameters);

    [LibraryImport(Codec)]
    public static partial int avcodec_open2(nint context, nint decoder, ref nint options);

    [LibraryImport(Codec)]
    public static partial void avcodec_free_context(ref nint context);

    [LibraryImport(Codec)]
    public static partial int avcodec_send_packet(nint context, Packet* packet);

    [LibraryImport(Codec)]
    public static partial int avcodec_receive_frame(nint context, Frame* frame);

    [LibraryImport(Codec)]
    public static partial void avcodec_flush_buffers(nint context);

    [LibraryImport(Codec)]
    public static partial Packet* av_packet_alloc();

    [LibraryImport(Codec)]
    public static partial void av_packet_unref(Packet* packet);

    [LibraryImport(Codec)]
    public static partial void av_packet_free(ref Packet* packet);

    [LibraryImport(Util)]
    public static partial Frame* av_frame_alloc();

    [LibraryImport(Util)]
    public static partial void av_frame_unref(Frame* frame);

    [LibraryImport(Util)]
    public static partial void av_frame_free(ref Frame* frame);

    [LibraryImport(Util, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int av_dict_set(ref nint options, string key, string value, int flags);

    [LibraryImport(Util)]
    public static partial void av_dict_free(ref nint options);

    [LibraryImport(Util, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int av_opt_set(void* target, string name, string value, int flags);

    [LibraryImport(Util)]
    public static partial int av_strerror(int error, byte* text, nuint size);

    [LibraryImport(Util)]
    public static partial double av_display_rotation_get(int* matrix);

    [LibraryImport(Util)]
    public static partial void av_log_set_level(int level);

    [LibraryImport(Util)]
    public static partial void av_log_set_callback(delegate* unmanaged<void*, int, byte*, void*, void> callback);

    [LibraryImport(Util)]
    public static partial int av_log_format_line2(void* source, int level, byte* format, void* arguments, byte* line, int size, int* prefix);

    [LibraryImport(Filter)]
    public static partial nint avfilter_graph_alloc();

    [LibraryImport(Filter)]
    public static partial void avfilter_graph_free(ref nint graph);

    [LibraryImport(Filter, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int avfilter_graph_parse2(nint graph, string filters, ref nint inputs, ref nint outputs);

    [LibraryImport(Filter)]
    public static partial int avfilter_graph_config(nint graph, nint log);

    [LibraryImport(Filter, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint avfilter_graph_get_filter(nint graph, string name);

    [LibraryImport(Filter)]
    public static partial int av_buffersrc_add_frame(nint source, Frame* frame);

    [LibraryImport(Filter)]
    public static partial int av_buffersink_get_frame(nint sink, Frame* frame);

    [LibraryImport(Scale)]
    public static partial nint sws_getContext(
        int fromWidth, int fromHeight, int fromFormat, int toWidth, int toHeight, int toFormat, int flags, nint fromFilter, nint toFilter, double* parameters);

    [LibraryImport(Scale)]
    public static partial int sws_getColorspaceDetails(
        nint context, int** from, int* fromRange, int** to, int* toRange, int* brightness, int* contrast, int* saturation);

    [LibraryImport(Scale)]
    public static partial int sws_setColorspaceDetails(
        nint context, int* from, int fromRange, int* to, int toRange, int brightness, int contrast, int saturation);

    [LibraryImport(Scale)]
    public static partial int* sws_getCoefficients(int space);

    [LibraryImport(Scale)]
    public static partial int sws_scale(nint context, byte** from, int* fromStrides, int y, int height, byte** to, int* toStrides);

    [LibraryImport(Scale)]
    public static partial void sws_freeContext(nint context);

    [LibraryImport(Resample)]
    public static partial int swr_alloc_set_opts2(
        ref nint context, ChannelLayout* outLayout, int outFormat, int outRate, ChannelLayout* inLayout, int inFormat, int inRate, int logOffset, nint log);

    [LibraryImport(Resample)]
    public static partial int swr_init(nint context);

    [LibraryImport(Resample)]
    public static partial void swr_free(ref nint context);

    [LibraryImport(Resample)]
    public static partial int swr_get_out_samples(nint context, int inSamples);

    [LibraryImport(Resample)]
    public static partial int swr_convert(nint context, short** to, int toSamples, byte** from, int fromSamples);
}
