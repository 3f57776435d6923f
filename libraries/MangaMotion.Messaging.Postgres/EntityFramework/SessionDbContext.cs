using MangaMotion.Messaging.Postgres.EntityFramework;
using MangaMotion.Messaging.Postgres.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Microsoft.Extensions.DependencyInjection
{
    /// <summary>Registers DbContexts that share the connection of their scope's session.</summary>
    public static class PostgresDbContextServiceCollectionExtensions
    {
        /// <summary>
        /// Registers a DbContext that uses the connection and transaction of its scope's <see cref="IPostgresSession"/>. Its
        /// <c>SaveChangesAsync</c> stores the scope's messages in the same transaction. <c>AddPostgresOutbox</c> is also required.
        /// </summary>
        public static IServiceCollection AddPostgresDbContext<TDbContext>(
            this IServiceCollection services, Action<IServiceProvider, DbContextOptionsBuilder>? configure = null)
            where TDbContext : DbContext =>
            services.AddDbContext<TDbContext>((provider, options) =>
            {
                var session = provider.GetRequiredService<PostgresSession>();
                options.UseNpgsql(session.Connection).AddInterceptors(new SessionInterceptor(session));
                configure?.Invoke(provider, options);
            });
    }
}

namespace MangaMotion.Messaging.Postgres.EntityFramework
{
    /// <summary>Checks the connection of a DbContext.</summary>
    internal static class SessionDbContext
    {
        /// <summary>
        /// Rejects a context with a separate connection: it would commit without the messages, which only a crash reveals.
        /// </summary>
        public static void RequireSharedConnection(DbContext context, PostgresSession session)
        {
            if (!ReferenceEquals(context.Database.GetDbConnection(), session.Connection))
                throw new InvalidOperationException(
                    $"{context.GetType().Name} has a separate connection, so it cannot share a transaction with the outbox. " +
                    $"Register it with AddPostgresDbContext<{context.GetType().Name}>() instead of AddDbContext.");
        }
    }
}
