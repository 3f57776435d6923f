using MangaMotion.LocalStack;

namespace MangaMotion.TestSupport;

/// <summary>Servers of one test, which it may stop, kill, freeze and restart; gone with their data when disposed, or when the test is killed.</summary>
public static class PrivateServers
{
    /// <param name="durable">True where the test is about what survives a crash of Postgres.</param>
    /// <param name="consumerTimeout">How long a consumer may hold a message; 6 h by default.</param>
    public static Task<ServerStack> StartAsync(
        bool rabbit = true, bool postgres = true, bool durable = false, bool s3 = false, TimeSpan? consumerTimeout = null,
        CancellationToken cancellationToken = default) =>
        ServerStack.StartAsync(
            new ServerStackOptions
            {
                Directory = Directory.CreateTempSubdirectory("mangamotion-test-").FullName,
                Rabbit = rabbit,
                Postgres = postgres,
                S3 = s3,
                Durable = durable,
                ConsumerTimeout = consumerTimeout ?? TimeSpan.FromHours(6),
                Temporary = true,
            },
            progress: null,
            cancellationToken);
}
