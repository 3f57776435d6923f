using MangaMotion.Ingest.Accepting.Idempotency;
using MangaMotion.Ingest.Accepting.Ingests;
using MangaMotion.Ingest.Accepting.Uploads;
using MangaMotion.Jobs;
using MangaMotion.ServiceDefaults.Problems;
using Npgsql;

namespace MangaMotion.Ingest.Accepting;

/// <summary>A request that submits work.</summary>
/// <param name="Idempotent">Idempotency key of the request; null without one.</param>
/// <param name="Wait">Time for which the caller waits for the end of the ingest; null to return at once.</param>
/// <param name="SourceId">Ingest that the path names as the source of a video.</param>
public sealed record Submission(
    HttpRequest Request, Guid OwnerId, IdempotentRequest? Idempotent, TimeSpan? Wait = null, Guid? SourceId = null);

/// <summary>The answer, rows and jobs of a submission whose files are stored.</summary>
/// <param name="Rows">Statements that run before the jobs are inserted.</param>
public sealed record Acceptance(JsonAnswer Answer, IReadOnlyList<NpgsqlBatchCommand> Rows, IReadOnlyList<NewJob> Jobs);

/// <summary>Accepts submissions: files into the store, then rows and messages in one transaction, or nothing at all.</summary>
/// <typeparam name="TFields">The fields of the request.</typeparam>
/// <param name="operation">Method and path, which are a part of the request's fingerprint.</param>
public abstract class Acceptor<TFields>(string operation, AcceptTransaction transaction, StoredFiles stored)
{
    public async Task<JsonAnswer> AcceptAsync(Submission submission, CancellationToken cancellationToken)
    {
        using var fingerprint = new Fingerprint(operation);
        if (submission.Idempotent is { IsRepeated: true } repeated)
        {
            await ReadAsync(submission, ingestId: null, [], fingerprint, cancellationToken);
            return repeated.Repeat(submission.Request.HttpContext.Response, fingerprint);
        }

        var ingestId = Guid.CreateVersion7();
        var files = new List<UploadedFile>();
        try
        {
            var fields = await ReadAsync(submission, ingestId, files, fingerprint, cancellationToken);
            var acceptance = await PlanAsync(submission, fields, ingestId, files, cancellationToken);
            await transaction.CommitAsync(
                acceptance, submission.Idempotent?.CreateAnswerCommand(fingerprint, acceptance.Answer), cancellationToken);
            await stored.RemoveAsync([.. files.SelectMany(file => file.UploadKeys)], "accepted uploads");
            return acceptance.Answer;
        }
        catch (PostgresException exception) when (IdempotentRequest.IsLost(exception))
        {
            await stored.RemoveFilesAsync(files);
            throw IdempotencyKeys.InUse();
        }
        catch (PostgresException exception) when (UploadStore.IsConsumed(exception))
        {
            await stored.RemoveFilesAsync(files);
            throw UploadStore.Consumed("One of the uploads");
        }
        catch (PostgresException exception) when (IngestRows.IsDeleted(exception))
        {
            throw new ProblemException(
                404, "unknown_ingest", "The ingest, or one of its files, was deleted while the video was accepted.");
        }
        catch (Exception exception) when (exception is not NpgsqlException || exception is PostgresException { InvariantSeverity: "ERROR" })
        {
            // Not after a broken or ended connection: the transaction may have been committed, and the files belong to it then.
            await stored.RemoveFilesAsync(files);
            throw;
        }
    }

    /// <summary>Reads the request, stores its files and adds them to <paramref name="files"/> one by one.</summary>
    /// <param name="ingestId">Id of the new ingest; null reads the request for its fingerprint only and stores nothing.</param>
    protected abstract Task<TFields> ReadAsync(
        Submission submission, Guid? ingestId, List<UploadedFile> files, Fingerprint fingerprint, CancellationToken cancellationToken);

    /// <summary>Builds the rows and jobs that the transaction writes, and the answer to the caller.</summary>
    protected abstract Task<Acceptance> PlanAsync(
        Submission submission, TFields fields, Guid ingestId, List<UploadedFile> files, CancellationToken cancellationToken);
}
