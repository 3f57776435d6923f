using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace MangaMotion.Browser;

/// <summary>How a page is opened.</summary>
/// <param name="Script">False: scripts do not run.</param>
public sealed record PageOptions(int Width = 1280, int Height = 800, bool Dark = false, bool Script = true);

/// <summary>
/// Page behind a fence: closing it fails the test if the page asked another origin, logged an error, or violated its content policy.
/// </summary>
public sealed class ConsolePage : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _offences = new();
    private readonly ConcurrentQueue<Task<string>> _refusals = new();
    private readonly IBrowserContext _context;
    private readonly Uri _console;

    private ConsolePage(IBrowserContext context, IPage page, Uri console) => (_context, Page, _console) = (context, page, console);

    public IPage Page { get; }

    public IBrowserContext Context => _context;

    /// <summary>Parts of messages that a test causes on purpose, such as a status.</summary>
    public List<string> Expected { get; } = [];

    /// <summary>Bytes on the wire and number of the requests since the last <see cref="GoAsync"/>, streams excluded.</summary>
    public ConcurrentDictionary<string, (string Url, double Bytes)> Loaded { get; } = new();

    public static async Task<ConsolePage> OpenAsync(IBrowser browser, Uri console, PageOptions options)
    {
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = console.ToString(),
            ViewportSize = new() { Width = options.Width, Height = options.Height },
            ColorScheme = options.Dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
            JavaScriptEnabled = options.Script,
        });
        var page = new ConsolePage(context, await context.NewPageAsync(), console);
        await page.WatchAsync();
        return page;
    }

    public async Task<IResponse> GoAsync(string path)
    {
        Loaded.Clear();
        return (await Page.GotoAsync(path))!;
    }

    /// <summary>Counts the transferred bytes, as the browser reports them.</summary>
    public async Task MeasureAsync()
    {
        var session = await _context.NewCDPSessionAsync(Page);
        var urls = new ConcurrentDictionary<string, string>();
        await session.SendAsync("Network.enable");
        session.Event("Network.responseReceived").OnEvent += (_, data) =>
            urls[data!.Value.GetProperty("requestId").GetString()!] = data.Value.GetProperty("response").GetProperty("url").GetString()!;
        session.Event("Network.loadingFinished").OnEvent += (_, data) =>
        {
            var id = data!.Value.GetProperty("requestId").GetString()!;
            if (urls.TryGetValue(id, out var url))
                Loaded[id] = (url, data.Value.GetProperty("encodedDataLength").GetDouble());
        };
    }

    public async ValueTask DisposeAsync()
    {
        var refusals = await Task.WhenAll(_refusals);
        await _context.DisposeAsync();
        _offences.Where(offence => !Expected.Exists(expected => offence.Contains(expected, StringComparison.Ordinal)))
            .ShouldBeEmpty(string.Join('\n', refusals));
    }

    private async Task WatchAsync()
    {
        Page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: not "data" } url && url.Authority != _console.Authority)
                _offences.Enqueue($"request to another origin: {request.Url}");
        };
        Page.Response += (_, response) =>
        {
            if (response.Status >= 400)
                _refusals.Enqueue(DescribeAsync(response));
        };
        Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _offences.Enqueue($"{message.Type}: {message.Text} ({message.Location})");
        };
        Page.PageError += (_, error) => _offences.Enqueue($"exception: {error}");
        await _context.ExposeFunctionAsync("reportViolation", (string violation) => _offences.Enqueue($"content policy: {violation}"));
        await Page.AddInitScriptAsync(
            "addEventListener('securitypolicyviolation', e => reportViolation(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`))");
    }

    private static async Task<string> DescribeAsync(IResponse response)
    {
        string text;
        try
        {
            // The browser never has the whole answer of a request that it gave up.
            text = await response.TextAsync().WaitAsync(TimeSpan.FromSeconds(5));
        }
        catch (Exception gone) when (gone is PlaywrightException or TimeoutException)
        {
            text = gone.Message;
        }

        return $"{response.Status} {response.Request.Method} {response.Url}: {text}";
    }
}
