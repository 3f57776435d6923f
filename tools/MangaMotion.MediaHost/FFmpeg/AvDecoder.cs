using MangaMotion.Media.Hosts;

namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>Decodes one stream, with one thread.</summary>
internal sealed unsafe class AvDecoder : IDisposable
{
    private nint _context;
    private Frame* _frame;

    /// <exception cref="RefusedException">Its codec is not taken, or what the file says of it makes no sense.</exception>
    public AvDecoder(Stream* stream, string decoders, params ReadOnlySpan<(string Key, string Value)> options)
    {
        var decoder = Av.avcodec_find_decoder(stream->Parameters->Codec);
        if (decoder == 0)
            throw new RefusedException(new HostFailure(HostFailureKind.Corrupt, "there is no decoder for what it holds"));

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

    /// <summary>How the last packet ended that was not decoded; 0 where all were.</summary>
    public int Error { get; private set; }

    /// <summary>Takes a packet; null for the end, after which the rest of the frames comes. A broken one is left out.</summary>
    public void Send(Packet* packet)
    {
        if (Av.avcodec_send_packet(_context, packet) is < 0 and var error && error is not (Av.Again or Av.EndOfFile))
            Error = error;
    }

    /// <summary>The next frame, valid until the next call; null where there is none yet, or none any more.</summary>
    public Frame* Receive()
    {
        var result = Av.avcodec_receive_frame(_context, _frame);
        if (result is < 0 and not (Av.Again or Av.EndOfFile))
            Error = result;
        return result < 0 ? null : _frame;
    }

    /// <summary>Forgets what it was at, to go on elsewhere.</summary>
    /// <param name="skip">Which frames are left out from here on, as of the option <c>skip_frame</c>.</param>
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
