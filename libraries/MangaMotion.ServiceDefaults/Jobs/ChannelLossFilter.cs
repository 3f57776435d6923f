using System.Globalization;
using System.Text.RegularExpressions;
using MangaMotion.Jobs;
using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MangaMotion.ServiceDefaults.Jobs;

/// <summary>
/// Ends a delivery when its channel is closed; its job continues. MassTransit consumes from the queue again only when every delivery of the
/// closed channel has ended, so a long job would leave its queue without a consumer. The broker delivers the message again. The job holds
/// its claim, so the second delivery is postponed, and dropped once the job is done.
/// </summary>
internal sealed partial class ChannelLossFilter(DetachedJobs detached, IOptions<JobsOptions> options, ILogger<ChannelLossFilter> logger)
    : IFilter<ConsumeContext>
{
    private object? _lastLogged;

    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        var job = next.Send(context);
        try
        {
            // MassTransit cancels the token when the channel is closed, and when the bus stops waiting for consumers.
            await job.WaitAsync(context.CancellationToken);
        }
        catch (OperationCanceledException) when (!job.IsCompleted)
        {
            detached.Add(job);
            LogReason(context);
            throw;
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("channelLoss");

    /// <summary>
    /// Logs the reason once for each channel. A client cannot read the broker's timeout earlier: neither AMQP nor the management API has
    /// it.
    /// </summary>
    private void LogReason(ConsumeContext context)
    {
        if (!context.TryGetPayload<ChannelContext>(out var channel) || channel.Channel.CloseReason is not { } reason)
            return;
        if (ReferenceEquals(Interlocked.Exchange(ref _lastLogged, channel.Channel), channel.Channel))
            return;
        var queue = context.ReceiveContext.InputAddress.Segments[^1];
        if (TimeoutUsed().Match(reason.ReplyText) is { Success: true } match)
        {
            logger.LogWarning(
                "RabbitMQ closed the channel of queue {Queue}: a message was held longer than the broker's consumer_timeout of "
                + "{ConsumerTimeout}. Its job continues. Raise consumer_timeout above Jobs__TimeLimit ({TimeLimit}).",
                queue, TimeSpan.FromMilliseconds(long.Parse(match.Groups["ms"].ValueSpan, CultureInfo.InvariantCulture)),
                options.Value.TimeLimit);
        }
        else
        {
            logger.LogWarning("The channel of queue {Queue} was closed ({Reason}). Its jobs continue.", queue, reason.ReplyText);
        }
    }

    [GeneratedRegex(
        "^PRECONDITION_FAILED - delivery acknowledgement on channel .*Timeout value used: (?<ms>[0-9]{1,15}) ms",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TimeoutUsed();
}
