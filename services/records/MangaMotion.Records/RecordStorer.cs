using MangaMotion.Contracts.Records.V1;
using MangaMotion.Jobs;
using MangaMotion.Jobs.Running;
using MangaMotion.Messaging.Postgres;
using MangaMotion.Records.Analysis;
using MangaMotion.Records.Loading;
using MangaMotion.Records.Payloads;
using MangaMotion.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MangaMotion.Records;

/// <summary>Stores one payload in two passes: the first finds its shape, the second writes its records to the chosen table.</summary>
public sealed class RecordStorer(IObjectStore store, TableMaker tables, RecordLoader loader, IOptions<RecordsOptions> options)
{
    private const string Analysing = "analysing";
    private const string Storing = "storing";

    private readonly RecordsOptions _options = options.Value;

    /// <summary>Stores the payload of a job.</summary>
    /// <exception cref="PermanentJobException">The payload is missing, invalid or rejected by the database.</exception>
    /// <exception cref="TransientJobException">The file store failed.</exception>
    public async Task<RecordsResult> StoreAsync(JobRun<StoreRecords> run, CancellationToken cancellationToken)
    {
        try
        {
            return await TryStoreAsync(run, cancellationToken);
        }
        catch (ObjectNotFoundException exception)
        {
            throw new PermanentJobException("missing_object", "The payload is no longer in the file store. Submit it again.", exception);
        }
        catch (IOException exception)
        {
            throw new TransientJobException(
                "store_unavailable", "The file store failed while the payload was read. It will be retried.", exception);
        }
        catch (PostgresException exception) when (!DatabaseOutage.Is(exception) && exception.SqlState is ['2', '2', ..] or ['5', '4', ..])
        {
            // Data exceptions (22) and program limits (54): Postgres rejects a value that passed the service's own checks.
            throw new PermanentJobException(
                "refused_by_database", $"The database rejected the records: {exception.MessageText} ({exception.Where}).", exception);
        }
    }

    private async Task<RecordsResult> TryStoreAsync(JobRun<StoreRecords> run, CancellationToken cancellationToken)
    {
        var (claim, collection) = (run.Claim, run.Command.Collection);
        // Both passes share the parser, so that a field has the same number in both.
        var parser = new RecordParser(_options);
        var analysis = new PayloadAnalysis();
        var payload = await ReadAsync(run, Analysing, parser, analysis, cancellationToken);
        var decision = StorageDecision.Decide(analysis, _options);
        if (payload.Records == 0)
            return RecordsResult.Create(payload, analysis, decision);

        var table = await tables.PrepareTableAsync(claim.OwnerId ?? Guid.Empty, collection, decision, analysis.Fields, cancellationToken);
        var bytes = await loader.LoadAsync(claim, collection, table, LoadAsync, cancellationToken);
        return RecordsResult.Create(payload, analysis, table, bytes);

        async Task<long> LoadAsync(IRecordHandler rows) => (await ReadAsync(run, Storing, parser, rows, cancellationToken)).Records;
    }

    private async Task<PayloadSummary> ReadAsync(
        JobRun<StoreRecords> run, string stage, RecordParser parser, IRecordHandler handler, CancellationToken cancellationToken)
    {
        await using var content = await store.GetAsync(run.Command.InputKey, range: null, cancellationToken);
        using var payload = new PayloadReader(content.Stream, parser, _options)
        {
            // Each pass is half of the job.
            OnProgress = bytes => run.Report(stage, (stage == Storing ? 50 : 0) + (int)(50 * bytes / Math.Max(1, content.Info.Length))),
        };
        return await payload.ReadAsync(handler, cancellationToken);
    }
}
