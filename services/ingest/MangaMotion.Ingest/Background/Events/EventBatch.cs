using System.Buffers;
using System.Text;
using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Jobs;

namespace MangaMotion.Ingest.Background.Events;

/// <summary>The changes between two cursors as they go over the wire, written once for all readers.</summary>
/// <param name="Over">It ends with the event <c>end</c>.</param>
internal sealed record EventBatch(ChangeCursor From, ChangeCursor To, ReadOnlyMemory<byte> Bytes, bool Over)
{
    /// <summary>One page; only the last event of the last page has the new cursor as its id, so that a stream that breaks before is taken up at the old one.</summary>
    public static EventBatch Of(EventSource source, ChangeCursor from, ChangedJobs changes)
    {
        var bytes = new ArrayBufferWriter<byte>(256 * (changes.Jobs.Count + 1));
        var over = changes is { Over: true, Next: null };
        for (var i = 0; i < changes.Jobs.Count; i++)
        {
            var last = changes.Next is null && !over && i == changes.Jobs.Count - 1;
            Write(bytes, type: null, last ? changes.To : from, changes.Jobs[i]);
        }

        if (over)
            Write(bytes, JobEvent.EndType, changes.To, End(source, changes));
        return new(from, changes.To, bytes.WrittenMemory, over);
    }

    private static JobEvent End(EventSource source, ChangedJobs changes) =>
        !source.IsIngest && changes.Jobs.Count > 0
            ? changes.Jobs[^1]
            : new(source.Id, null, 100, IngestStatuses.Finished, null, changes.Jobs.Count > 0 ? changes.Jobs.Max(job => job.At) : DateTimeOffset.UtcNow);

    private static void Write(ArrayBufferWriter<byte> bytes, string? type, ChangeCursor id, JobEvent job)
    {
        bytes.Write("id: "u8);
        Encoding.ASCII.GetBytes(id.Text, bytes);
        // An event without a type reaches a browser's onmessage handler.
        if (type is not null)
        {
            bytes.Write("\nevent: "u8);
            Encoding.ASCII.GetBytes(type, bytes);
        }

        bytes.Write("\ndata: "u8);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("job_id"u8, job.JobId);
            json.WriteString("stage"u8, job.Stage);
            json.WriteNumber("progress"u8, job.Status == JobStatus.Done ? 100 : job.Progress);
            json.WriteString("status"u8, job.Status);
            json.WriteString("worker_id"u8, job.WorkerId);
            json.WriteString("at"u8, job.At);
            json.WriteEndObject();
        }

        bytes.Write("\n\n"u8);
    }
}
