using MangaMotion.Contracts.Records.V1;
using MangaMotion.Jobs.Running;
using MassTransit;

namespace MangaMotion.Records.Consumers;

/// <summary>Runs a records job for each <see cref="StoreRecords"/>.</summary>
public sealed class StoreRecordsConsumer(IJobRunner jobs, RecordStorer storer) : IConsumer<StoreRecords>
{
    public Task Consume(ConsumeContext<StoreRecords> context) =>
        jobs.RunAsync(context, context.Message.JobId, storer.StoreAsync);
}
