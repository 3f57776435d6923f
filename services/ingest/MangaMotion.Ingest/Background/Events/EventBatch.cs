using System.Buffers;
using System.Text;
using System.Text.Json;
using MangaMotion.Api;
using MangaMotion.Jobs;

namespace MangaMotion.Ingest.Background.Events;

/// <summary>Changes between two cursors as bytes of the stream, serialized once for all readers.</summary>
/// <param name="IsEnd">True if the last event is <c>end</c>.</param>
internal sealed record EventBatch(ChangeCursor From, ChangeCursor To, ReadOnlyMemory<byte> Bytes, bool IsEnd)
{
    /// <summary>
    /// Serializes one page. Only the last event of the last page has the new cursor as its id, so a stream that breaks earlier resumes at
    /// the old one.
    /// </summary>
    public static EventBatch Create(EventSource source, ChangeCursor from, ChangedJobs changes)
    {
        var bytes = new ArrayBufferWriter<byte>(256 * (changes.Jobs.Count + 1));
        var isEnd = changes is { HasEnded: true, Next: null };
        for (var i = 0; i < changes.Jobs.Count; i++)
        {
            var last = changes.Next is null && !isEnd && i == changes.Jobs.Count - 1;
            Write(bytes, type: null, last ? changes.To : from, changes.Jobs[i]);
        }

        if (isEnd)
            Write(bytes, JobEvent.EndType, changes.To, CreateEnd(source, changes));
        return new(from, changes.To, bytes.WrittenMemory, isEnd);
    }

    private static JobEvent CreateEnd(EventSource source, ChangedJobs changes)
    {
        if (!source.IsIngest && changes.Jobs.Count > 0)
            return changes.Jobs[^1];
        var at = changes.Jobs.Count > 0 ? changes.Jobs.Max(job => job.At) : DateTimeOffset.UtcNow;
        return new(source.Id, null, 100, IngestStatuses.Finished, null, at);
    }

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
