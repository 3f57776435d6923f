using MangaMotion.Media.Hosts;

namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>Measures the first sound of a file, and takes out the picture that is attached to it.</summary>
internal static unsafe class Sounds
{
    public static SoundAnswer Measure(Slot slot, SoundJob job)
    {
        using var file = new AvFile(slot.Input, job.Format);
        var probed = file.Probe();
        if (probed.Audio is not { } audio)
            return new SoundAnswer(probed, 0, 0);

        if (probed.Cover is { } cover && file[cover]->Picture is { Size: > 0 } picture)
            File.WriteAllBytes(Path.Combine(slot.Out, SoundJob.CoverFile), new ReadOnlySpan<byte>(picture.Data, picture.Size));

        file.Only(audio.Index);
        using var decoder = new AvDecoder(file[audio.Index], job.Format.Decoders);
        using var peaks = new ChannelPeaks();
        Packet* packet;
        do
        {
            packet = file.Read(audio.Index);
            decoder.Send(packet);
            for (Frame* frame; (frame = decoder.Receive()) is not null;)
                peaks.Add(frame);
        }
        while (packet is not null && !(peaks.Meter?.Seconds > job.MaxSeconds));

        peaks.End();
        if (peaks.Meter is not { Samples: > 0 } meter)
            throw AvFile.Refusal(decoder.Error);
        File.WriteAllBytes(Path.Combine(slot.Out, SoundJob.PeaksFile), meter.Save());
        return new SoundAnswer(probed, meter.SampleRate, meter.Samples);
    }
}
