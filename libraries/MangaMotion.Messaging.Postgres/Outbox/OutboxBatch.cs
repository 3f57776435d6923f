using Npgsql;

namespace MangaMotion.Messaging.Postgres.Outbox;

/// <summary>What became of a batch of rows, and the statements that write it down.</summary>
/// <param name="errors">One per row; null where the broker has confirmed it.</param>
/// <param name="blamed">Whether the rows that failed are to wait longer each time; else they are due again at once.</param>
internal sealed class OutboxBatch(IReadOnlyList<OutboxRow> rows, Exception?[] errors, bool blamed)
{
    public Guid[] Confirmed { get; } = [.. rows.Where((_, i) => errors[i] is null).Select(row => row.Id)];

    public bool HasFailures => Confirmed.Length < rows.Count;

    /// <param name="claimed">Whether the rows are kept from others by a claim, which is given up, and not by a lock.</param>
    /// <param name="complete">Whether the groups were read to their ends.</param>
    public void AppendTo(NpgsqlBatch batch, bool claimed, bool complete)
    {
        if (Confirmed.Length > 0)
            batch.BatchCommands.Add(new(OutboxSql.DeleteText) { Parameters = { Ids(Confirmed) } });
        if (HasFailures && (blamed || claimed))
            AppendFailures(batch);
        if (complete && (!HasFailures || blamed))
            return;
        // A group whose first row is gone needs a new one.
        foreach (var group in rows.Where(row => row.GroupId is not null).Select(row => row.GroupId!.Value).Distinct())
            batch.BatchCommands.Add(new(OutboxSql.PromoteText) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = group } } });
    }

    public static string Describe(Exception exception) =>
        exception is OperationCanceledException ? "the broker did not confirm in time" : exception.Message;

    private void AppendFailures(NpgsqlBatch batch)
    {
        var failed = rows.Zip(errors).Where(pair => pair.Second is not null).ToList();
        var ids = Ids([.. failed.Select(pair => pair.First.Id)]);
        if (blamed)
        {
            string[] causes = [.. failed.Select(pair => Describe(pair.Second!))];
            batch.BatchCommands.Add(new(OutboxSql.PostponeText) { Parameters = { ids, new NpgsqlParameter<string[]> { TypedValue = causes } } });
        }
        else
        {
            batch.BatchCommands.Add(new(OutboxSql.ReleaseText) { Parameters = { ids } });
        }
    }

    private static NpgsqlParameter<Guid[]> Ids(Guid[] ids) => new() { TypedValue = ids };
}
