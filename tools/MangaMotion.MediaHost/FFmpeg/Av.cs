using System.Runtime.InteropServices;
using MangaMotion.Media.Hosts;

namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>Loads FFmpeg's libraries and imports the functions that are used.</summary>
internal static unsafe partial class Av
{
    public const int Again = -11, EndOfFile = -541478725;
    public const long NoTime = long.MinValue;

    private const string Format = "avformat", Codec = "avcodec", Util = "avutil";
    private const string Scale = "swscale", Filter = "avfilter", Resample = "swresample";

    private static string _directory = "";
    private static bool _loaded;
    private static bool _filters;

    /// <summary>Whether the loaded libraries are those of FFmpeg 7.1; otherwise they are those of FFmpeg 5.1.</summary>
    public static bool IsFFmpeg7 { get; private set; }

    /// <summary>Loads the libraries that demux and decode, with the first job that needs them.</summary>
    /// <param name="directory">Directory of the libraries; empty for the dynamic linker's.</param>
    /// <exception cref="RefusedException">A library is missing, or has another version than FFmpeg 5.1 and 7.1.</exception>
    public static void Load(string directory)
    {
        if (_loaded)
            return;

        _directory = directory;
        IsFFmpeg7 = !TryAdd(Util, 57, out _);
        if (IsFFmpeg7)
            Add(Util, 59);
        Add(Scale, IsFFmpeg7 ? 8 : 6);
        Add(Resample, IsFFmpeg7 ? 5 : 4);
        Add(Codec, IsFFmpeg7 ? 61 : 59);
        Add(Format, IsFFmpeg7 ? 61 : 59);
        CheckMinor(Util, avutil_version(), IsFFmpeg7 ? 39 : 28);
        CheckMinor(Codec, avcodec_version(), IsFFmpeg7 ? 19 : 37);
        CheckMinor(Format, avformat_version(), IsFFmpeg7 ? 7 : 27);
        AvLog.Capture();
        _loaded = true;
    }

    /// <summary>Loads the filters that map high dynamic range, with the first video that needs them.</summary>
    public static void LoadFilters()
    {
        if (_filters)
            return;

        Add(Filter, IsFFmpeg7 ? 10 : 8);
        _filters = true;
    }

    private static void Add(string name, int major)
    {
        if (!TryAdd(name, major, out var missing))
            throw Missing(missing);
    }

    private static bool TryAdd(string name, int major, out string missing)
    {
        missing = "";
        try
        {
            NativeLibraries.Add(name, NativeLibrary.Load(Path.Combine(_directory, $"lib{name}.so.{major}")));
            return true;
        }
        catch (DllNotFoundException failure)
        {
            missing = failure.Message;
            return false;
        }
    }

    /// <summary>Checks the minor version. The file name has the major version.</summary>
    private static void CheckMinor(string name, uint version, int minor)
    {
        if ((version >> 8 & 0xFF) < minor)
            throw Missing($"lib{name} is {version >> 16}.{version >> 8 & 0xFF}, older than {version >> 16}.{minor}");
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
    public static partial int av_log_format_line2(
        void* source, int level, byte* format, void* arguments, byte* line, int size, int* prefix);

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
        int fromWidth, int fromHeight, int fromFormat, int toWidth, int toHeight, int toFormat, int flags,
        nint fromFilter, nint toFilter, double* parameters);

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
        ref nint context, ChannelLayout* outLayout, int outFormat, int outRate, ChannelLayout* inLayout, int inFormat, int inRate,
        int logOffset, nint log);

    [LibraryImport(Resample)]
    public static partial int swr_init(nint context);

    [LibraryImport(Resample)]
    public static partial void swr_free(ref nint context);

    [LibraryImport(Resample)]
    public static partial int swr_get_out_samples(nint context, int inSamples);

    [LibraryImport(Resample)]
    public static partial int swr_convert(nint context, short** to, int toSamples, byte** from, int fromSamples);
}
