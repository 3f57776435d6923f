using MangaMotion.LocalStack;

namespace MangaMotion.TestSupport;

/// <summary>
/// Servers of one test, which it may stop, kill, freeze and restart. They and their data are removed when disposed or when the test is
/// killed.
/// </summary>
public static class PrivateServers
{
    /// <param name="durable">True if committed data must survive a crash of Postgres.</param>
    /// <param name="brokerNodes">1, or 3 for a cluster.</param>
    /// <param name="consumerTimeout">Time for which a consumer may keep a message unacknowledged, 6 h by default.</param>
    public static Task<ServerStack> StartAsync(
        bool rabbit = true, bool postgres = true, bool durable = false, bool s3 = false, bool standby = false,
        int brokerNodes = 1, TimeSpan? consumerTimeout = null, CancellationToken cancellationToken = default) =>
        ServerStack.StartAsync(
            new ServerStackOptions
            {
                Directory = Directory.CreateTempSubdirectory("mangamotion-test-").FullName,
                Rabbit = rabbit,
                BrokerNodes = brokerNodes,
                Postgres = postgres,
                S3 = s3,
                Standby = standby,
                Durable = durable,
                ConsumerTimeout = consumerTimeout ?? TimeSpan.FromHours(6),
                Temporary = true,
            },
            progress: null,
            cancellationToken);
}
