using MangaMotion.Media.Hosts;

namespace MangaMotion.MediaHost.FFmpeg;

/// <summary>Measures the first sound stream of a file, and extracts its attached picture.</summary>
internal static unsafe class AudioMeter
{
    public static SoundAnswer Measure(HostArguments host, SoundJob job)
    {
        using var file = new AvFile(host, job.Format);
        var probed = file.Probe();
        if (probed.Audio is not { } audio)
            return new SoundAnswer(probed, 0, 0);

        if (probed.Cover is { } cover && file[cover]->Picture is { Size: > 0 } picture)
            File.WriteAllBytes(Path.Combine(host.OutputDirectory, SoundJob.CoverFile), new ReadOnlySpan<byte>(picture.Data, picture.Size));

        file.SelectStream(audio.Index);
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
        File.WriteAllBytes(Path.Combine(host.OutputDirectory, SoundJob.PeaksFile), meter.Save());
        return new SoundAnswer(probed, meter.SampleRate, meter.Samples);
    }
}
