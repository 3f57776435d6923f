using System.Collections.Concurrent;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace MangaMotion.Messaging.Postgres.Sagas;

/// <summary>
/// Loads an instance under two locks: an advisory lock on its id, which holds back a second creator of one that does not exist
/// yet, and the row's own lock, which holds back whoever else changes the table.
/// </summary>
internal static class SagaLock
{
    private static readonly ConcurrentDictionary<(Type Context, Type Saga), string> Statements = new();

    public static async Task<TSaga?> LoadAsync<TSaga>(DbContext context, Guid correlationId, CancellationToken cancellationToken)
        where TSaga : class, ISaga
    {
        var lockStatement = Statements.GetOrAdd((context.GetType(), typeof(TSaga)), _ => LockStatement(context.Model, typeof(TSaga)));
        await context.Database.ExecuteSqlRawAsync(lockStatement, [correlationId], cancellationToken);
        // A statement of its own, since it has to see what was committed while the lock was awaited.
        return await context.Set<TSaga>().AsTracking().SingleOrDefaultAsync(saga => saga.CorrelationId == correlationId, cancellationToken);
    }

    /// <summary>The instances that match, each locked; in the order of their ids, so that two queries cannot block each other.</summary>
    public static async Task<List<TSaga>> LoadAsync<TSaga>(DbContext context, ISagaQuery<TSaga> query, CancellationToken cancellationToken)
        where TSaga : class, ISaga
    {
        var ids = await context.Set<TSaga>().AsNoTracking().Where(query.FilterExpression)
            .Select(saga => saga.CorrelationId).OrderBy(id => id).ToListAsync(cancellationToken);
        var matches = query.GetFilter();
        var found = new List<TSaga>();
        foreach (var id in ids)
        {
            // It may have changed or gone while its lock was awaited.
            if (await LoadAsync<TSaga>(context, id, cancellationToken) is { } saga && matches(saga))
                found.Add(saga);
        }

        return found;
    }

    private static string LockStatement(IModel model, Type saga)
    {
        var entity = model.FindEntityType(saga)
            ?? throw new InvalidOperationException($"The DbContext does not map saga {saga.Name}. Add it in OnModelCreating, with CorrelationId as key.");
        var table = StoreObjectIdentifier.Create(entity, StoreObjectType.Table)
            ?? throw new InvalidOperationException($"Saga {saga.Name} is not mapped to a table.");
        var key = entity.FindProperty(nameof(ISaga.CorrelationId))!.GetColumnName(table);
        var quote = (string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        var from = table.Schema is null ? quote(table.Name) : $"{quote(table.Schema)}.{quote(table.Name)}";
        return $"SELECT pg_advisory_xact_lock(hashtextextended('{table.Name.Replace("'", "''", StringComparison.Ordinal)}' || {{0}}::text, 0)); " +
            $"SELECT 1 FROM {from} WHERE {quote(key!)} = {{0}} FOR UPDATE";
    }
}
