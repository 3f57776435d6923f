using MangaMotion.Messaging.Postgres.EntityFramework;
using MangaMotion.Messaging.Postgres.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Microsoft.Extensions.DependencyInjection
{
    public static class PostgresDbContextServiceCollectionExtensions
    {
        /// <summary>
        /// Registers a DbContext that works on the connection and in the transaction of its scope's <see cref="IPostgresSession"/>.
        /// Its <c>SaveChangesAsync</c> stores what the scope published in the same transaction. Call <c>AddPostgresOutbox</c> too.
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
    internal static class SessionDbContext
    {
        /// <summary>A context with a connection of its own would commit on its own, and nobody would notice until a crash.</summary>
        public static void RequireJoined(DbContext context, PostgresSession session)
        {
            if (!ReferenceEquals(context.Database.GetDbConnection(), session.Connection))
                throw new InvalidOperationException(
                    $"{context.GetType().Name} has a connection of its own, so it cannot be in one transaction with the outbox. " +
                    $"Register it with AddPostgresDbContext<{context.GetType().Name}>() instead of AddDbContext.");
        }
    }
}
