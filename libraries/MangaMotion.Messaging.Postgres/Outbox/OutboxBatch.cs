using Npgsql;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>Outcome of a batch of rows, and the statements that store it.</summary>
/// <param name="errors">Error of each row; null for a row that the broker confirmed.</param>
/// <param name="backOff">Whether failed rows wait with growing delays. Otherwise they are due again immediately.</param>
internal sealed class OutboxBatch(IReadOnlyList<OutboxRow> rows, Exception?[] errors, bool backOff)
{
    public Guid[] Confirmed { get; } = [.. rows.Where((_, i) => errors[i] is null).Select(row => row.Id)];

    public bool HasFailures => Confirmed.Length < rows.Count;

    /// <summary>Appends the statements that delete, postpone, release and promote rows.</summary>
    /// <param name="claimed">Whether the rows are reserved by a claim, which is released, instead of a row lock.</param>
    /// <param name="complete">Whether all groups were read completely.</param>
    public void AppendTo(NpgsqlBatch batch, bool claimed, bool complete)
    {
        if (Confirmed.Length > 0)
            batch.BatchCommands.Add(new(OutboxSql.DeleteText) { Parameters = { CreateIds(Confirmed) } });
        if (HasFailures && (backOff || claimed))
            AppendFailures(batch);
        if (complete && (!HasFailures || backOff))
            return;
        // A group needs a new first row after its old one was deleted or postponed.
        foreach (var group in rows.Where(row => row.GroupId is not null).Select(row => row.GroupId!.Value).Distinct())
            batch.BatchCommands.Add(new(OutboxSql.PromoteText) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = group } } });
    }

    public static string DescribeError(Exception exception) =>
        exception is OperationCanceledException ? "the broker did not confirm in time" : exception.Message;

    private void AppendFailures(NpgsqlBatch batch)
    {
        var failed = rows.Zip(errors).Where(pair => pair.Second is not null).ToList();
        var ids = CreateIds([.. failed.Select(pair => pair.First.Id)]);
        if (backOff)
        {
            string[] causes = [.. failed.Select(pair => DescribeError(pair.Second!))];
            var errorTexts = new NpgsqlParameter<string[]> { TypedValue = causes };
            batch.BatchCommands.Add(new(OutboxSql.PostponeText) { Parameters = { ids, errorTexts } });
        }
        else
        {
            batch.BatchCommands.Add(new(OutboxSql.ReleaseText) { Parameters = { ids } });
        }
    }

    private static NpgsqlParameter<Guid[]> CreateIds(Guid[] ids) => new() { TypedValue = ids };
}
