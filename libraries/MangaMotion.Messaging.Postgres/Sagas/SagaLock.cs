using System.Collections.Concurrent;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace MangaMotion.Messaging.Postgres.Sagas;

/// <summary>
/// Loads saga instances under two locks. An advisory lock on the id blocks a second event that would create the same instance. The row lock
/// blocks other changes of the row.
/// </summary>
internal static class SagaLock
{
    private static readonly ConcurrentDictionary<(Type Context, Type Saga), string> Statements = new();

    /// <summary>Loads and locks one instance; null if it does not exist.</summary>
    public static async Task<TSaga?> LoadAsync<TSaga>(DbContext context, Guid correlationId, CancellationToken cancellationToken)
        where TSaga : class, ISaga
    {
        var lockStatement = Statements.GetOrAdd((context.GetType(), typeof(TSaga)), _ => CreateLockStatement(context.Model, typeof(TSaga)));
        await context.Database.ExecuteSqlRawAsync(lockStatement, [correlationId], cancellationToken);
        // A separate statement, because it must see commits during the wait for the lock.
        return await context.Set<TSaga>().AsTracking().SingleOrDefaultAsync(saga => saga.CorrelationId == correlationId, cancellationToken);
    }

    /// <summary>Loads and locks the matching instances in the order of their ids, so that two queries cannot deadlock.</summary>
    public static async Task<List<TSaga>> LoadMatchesAsync<TSaga>(
        DbContext context, ISagaQuery<TSaga> query, CancellationToken cancellationToken)
        where TSaga : class, ISaga
    {
        var ids = await context.Set<TSaga>().AsNoTracking().Where(query.FilterExpression)
            .Select(saga => saga.CorrelationId).OrderBy(id => id).ToListAsync(cancellationToken);
        var matches = query.GetFilter();
        var found = new List<TSaga>();
        foreach (var id in ids)
        {
            // The instance may have changed or been deleted during the wait for the lock.
            if (await LoadAsync<TSaga>(context, id, cancellationToken) is { } saga && matches(saga))
                found.Add(saga);
        }

        return found;
    }

    private static string CreateLockStatement(IModel model, Type saga)
    {
        var entity = model.FindEntityType(saga)
            ?? throw new InvalidOperationException(
                $"The DbContext does not map saga {saga.Name}. Add it in OnModelCreating, with CorrelationId as key.");
        var table = StoreObjectIdentifier.Create(entity, StoreObjectType.Table)
            ?? throw new InvalidOperationException($"Saga {saga.Name} is not mapped to a table.");
        var key = entity.FindProperty(nameof(ISaga.CorrelationId))!.GetColumnName(table);
        var quote = (string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        var from = table.Schema is null ? quote(table.Name) : $"{quote(table.Schema)}.{quote(table.Name)}";
        var literal = table.Name.Replace("'", "''", StringComparison.Ordinal);
        return $"select pg_advisory_xact_lock(hashtextextended('{literal}' || {{0}}::text, 0)); " +
            $"select 1 from {from} where {quote(key!)} = {{0}} for update";
    }
}
