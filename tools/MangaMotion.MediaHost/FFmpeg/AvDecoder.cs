using System.Runtime.InteropServices;
using MangaMotion.Media.Hosts;

namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>Decodes one stream, with one thread.</summary>
internal sealed unsafe class AvDecoder : IDisposable
{
    private nint _context;
    private Frame* _frame;

    /// <exception cref="RefusedException">The codec of the stream is not allowed, or its parameters are invalid.</exception>
    public AvDecoder(Stream* stream, string decoders, params ReadOnlySpan<(string Key, string Value)> options)
    {
        var decoder = Av.avcodec_find_decoder(stream->Parameters->Codec);
        // The name of a decoder is the first field of AVCodec.
        if (decoder == 0 || !decoders.Split(',').Contains(Marshal.PtrToStringUTF8(*(nint*)decoder)))
            throw new RefusedException(new HostFailure(HostFailureKind.Unsupported, AvFile.Name(stream->Parameters->Codec)));

        _context = Av.avcodec_alloc_context3(decoder);
        using var all = new AvOptions([("threads", "1"), ("codec_whitelist", decoders), .. options]);
        try
        {
            AvFile.Check(Av.avcodec_parameters_to_context(_context, stream->Parameters));
            AvFile.Check(Av.avcodec_open2(_context, decoder, ref all.Handle));
            _frame = Av.av_frame_alloc();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Error of the last packet that could not be decoded; 0 if all could.</summary>
    public int Error { get; private set; }

    /// <summary>Gives the decoder a packet, or null at the end of the stream to get the last frames. Skips a damaged packet.</summary>
    public void Send(Packet* packet)
    {
        if (Av.avcodec_send_packet(_context, packet) is < 0 and var error && error is not (Av.Again or Av.EndOfFile))
            Error = error;
    }

    /// <summary>Gets the next frame, valid until the next call; null if the decoder needs another packet or has ended.</summary>
    public Frame* Receive()
    {
        var result = Av.avcodec_receive_frame(_context, _frame);
        if (result is < 0 and not (Av.Again or Av.EndOfFile))
            Error = result;
        return result < 0 ? null : _frame;
    }

    /// <summary>Discards the decoder's state, to continue at another place of the stream.</summary>
    /// <param name="skip">Value of the option <c>skip_frame</c>: frames to skip from here on.</param>
    public void Reset(string skip)
    {
        Av.avcodec_flush_buffers(_context);
        _ = Av.av_opt_set((void*)_context, "skip_frame", skip, 0);
    }

    public void Dispose()
    {
        Av.av_frame_free(ref _frame);
        Av.avcodec_free_context(ref _context);
    }
}
