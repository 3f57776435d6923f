using System.Net;
using MangaMotion.Ingest.Background.Webhooks;
using MangaMotion.ServiceDefaults.Problems;
using Microsoft.Extensions.Options;

namespace MangaMotion.Ingest.Accepting.Ingests;

/// <summary>Rejects a <c>callback_url</c> that names a private address. A host name is checked when it is called.</summary>
public sealed class CallbackPolicy(IOptions<WebhookOptions> options)
{
    /// <exception cref="ProblemException">400: the address is not on the public internet.</exception>
    public void Check(Uri? callback)
    {
        if (callback is null || options.Value.AllowPrivateNetworks
            || !IPAddress.TryParse(callback.DnsSafeHost, out var address) || PublicAddress.Is(address))
            return;
        throw IngestRequest.Invalid(
            "callback_url", "must not be an address of this machine or of a private network (Webhooks__AllowPrivateNetworks)");
    }
}
