using System.Security.Cryptography;
using Scalar.AspNetCore;

namespace MangaMotion.Ingest.Api;

/// <summary>Reference of the API for a browser, at <c>/docs</c>. This service serves all its files.</summary>
internal static class ApiReference
{
    private const int NonceBytes = 16;

    public static void MapApiReference(this WebApplication app) => app.MapScalarApiReference("/docs", Configure).ExcludeFromDescription();

    private static void Configure(ScalarOptions options, HttpContext context)
    {
        // Hexadecimal: the page would encode a plus sign of base64 as a character reference, which only some readers decode.
        var nonce = RandomNumberGenerator.GetHexString(2 * NonceBytes);
        context.Response.Headers.ContentSecurityPolicy = BuildPolicy(nonce);

        // Each of these would make the page ask another origin, or offer to.
        options.WithTitle("MangaMotion API").WithNonce(nonce)
            .DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp().HideDeveloperTools().HideClientButton();
    }

    /// <summary>Scalar adds style elements at run time, so styles may be inline. Scripts need the nonce of the response.</summary>
    private static string BuildPolicy(string nonce) =>
        $"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}
