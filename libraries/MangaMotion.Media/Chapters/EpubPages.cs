using System.Text;
using System.Xml;
using System.Xml.Linq;
using MangaMotion.Media.Processes;

namespace MangaMotion.Media.Chapters;

/// <summary>
/// Pages of a fixed-layout EPUB in the order of its spine. Each page shows one picture. Sources: EPUB 3.3 (W3C), sections 4 to 8, and OPF
/// 2.0.1.
/// </summary>
internal sealed class EpubPages : IPageSource
{
    private const string Container = "META-INF/container.xml";
    private const string Encryption = "META-INF/encryption.xml";
    private const string AppleOptions = "META-INF/com.apple.ibooks.display-options.xml";
    private const int MaxDocumentBytes = 4 << 20;

    /// <summary>
    /// Most characters of text on a page, for a book that does not declare a fixed layout. Books of pictures that converters make have no
    /// text or the name of the chapter.
    /// </summary>
    private const int MaxTextLength = 100;

    private readonly IChapterArchive _archive;
    private readonly IReadOnlyList<Page> _pages;

    private EpubPages(IChapterArchive archive, IReadOnlyList<Page> pages, ComicInfo info)
    {
        _archive = archive;
        _pages = pages;
        Info = info;
    }

    public ComicInfo Info { get; }

    public bool IsDrawn => false;

    public IReadOnlyList<string> Names => [.. _pages.Select(page => page.Name)];

    /// <summary>Finds the entry that only an EPUB has; null for other archives.</summary>
    public static IArchiveEntry? Find(IChapterArchive archive) =>
        archive.Entries.FirstOrDefault(entry => entry.Name == Container);

    /// <summary>Reads the package and the documents of the pages. The result disposes the archive.</summary>
    /// <exception cref="MediaException">The book is damaged, protected or reflowable.</exception>
    public static async Task<EpubPages> OpenAsync(
        IChapterArchive archive, IArchiveEntry container, MediaLimits limits, CancellationToken cancellationToken)
    {
        var book = new Book(archive, cancellationToken);
        var root = await book.ReadAsync(container);
        var packageName = root.Descendants().FirstOrDefault(element => element.Is("rootfile"))?.Read("full-path")
            ?? throw Damaged("no rootfile");
        var package = await book.ReadAsync(book.Find(packageName) ?? throw Damaged($"no {packageName}"));
        var spine = ReadSpine(package);
        if (spine.Count > limits.Pages)
            throw LimitExceeded.TooMany("pages", limits.Pages, spine.Count, "The chapter has {0} pages; {1} are allowed.");

        await book.RejectProtectedAsync(spine.Select(item => ResolvePath(packageName, item.Read("href"))).ToHashSet());
        var pages = new List<Page>();
        foreach (var item in spine)
            pages.Add(await book.FindPageAsync(ResolvePath(packageName, item.Read("href")), item.Read("media-type") ?? ""));
        if (!IsFixed(package) && !await book.IsFixedForAppleAsync()
            && !pages.TrueForAll(page => page is { Picture: not null, TextLength: <= MaxTextLength }))
        {
            throw new UnsupportedMediaException(
                "This is a reflowable EPUB, whose text has no fixed pages; "
                + "a chapter is a fixed-layout EPUB with one picture on each page.");
        }

        if (pages.Find(page => page.Picture?.Unpacked > limits.EntryBytes) is { Picture: { } large })
            throw ArchivePages.TooLarge(large, limits);
        return new EpubPages(archive, pages, Describe(package));
    }

    public async Task UnpackAsync(int index, string path, CancellationToken cancellationToken)
    {
        var page = _pages[index];
        if (page.Picture is not { } picture)
            throw new CorruptMediaException($"Page {index + 1} ({PageNames.ToDisplayName(page.Name, index + 1)}) {page.Reason}");
        if (picture.Obstacle is { } obstacle)
            throw new UnsupportedMediaException($"The page '{PageNames.ToDisplayName(page.Name, index + 1)}' {obstacle}.");
        await _archive.UnpackAsync(picture, [], path, cancellationToken);
    }

    public void Dispose() => _archive.Dispose();

    private static ComicInfo Describe(XElement package)
    {
        var metadata = package.Elements().FirstOrDefault(element => element.Is("metadata"));
        // OPF 2 allows the elements of Dublin Core inside an element dc-metadata.
        var terms = metadata?.Elements().FirstOrDefault(element => element.Is("dc-metadata")) ?? metadata;
        var direction = package.Descendants().FirstOrDefault(element => element.Is("spine"))?.Read("page-progression-direction");
        return new ComicInfo(
            terms?.Value("title") is { } title ? PageNames.ToDisplayName(title, 1) : null,
            terms?.Value("language") is { } language ? ComicInfo.FindTag(language) : null,
            direction switch { "rtl" => true, "ltr" => false, _ => null })
        {
            IsFromEpub = true,
            Author = terms?.Value("creator") is { } author ? PageNames.ToDisplayName(author, 1) : null,
        };
    }

    /// <summary>Lists the items of the spine, in reading order without the table of contents.</summary>
    private static List<XElement> ReadSpine(XElement package)
    {
        var items = package.Descendants().Where(element => element.Is("item"))
            .DistinctBy(item => item.Read("id")).ToDictionary(item => item.Read("id") ?? "");
        return [.. package.Descendants().Where(element => element.Is("itemref"))
            .Select(reference => items.GetValueOrDefault(reference.Read("idref") ?? "")
                ?? throw Damaged("the spine names an item that does not exist"))
            .Where(item => !HasProperty(item, "nav"))];
    }

    /// <summary>Whether the package declares a fixed layout, in the form of EPUB 3 or of Kindle's older tools.</summary>
    private static bool IsFixed(XElement package) => package.Descendants().Where(element => element.Is("meta")).Any(meta =>
        (meta.Read("property") == "rendition:layout" && meta.Value.Trim() == "pre-paginated")
        || (meta.Read("name") == "fixed-layout" && meta.Read("content") == "true"));

    private static bool HasProperty(XElement item, string property) => (item.Read("properties") ?? "").Split(' ').Contains(property);

    /// <summary>Resolves a reference to the name of an entry; null if it leads out of the book.</summary>
    /// <param name="document">Name of the entry that holds the reference.</param>
    private static string? ResolvePath(string document, string? reference)
    {
        var origin = new Uri("epub://book/" + string.Join('/', document.Split('/').Select(Uri.EscapeDataString)));
        return Uri.TryCreate(origin, reference ?? "", out var target) && target.Host == origin.Host && target.Scheme == origin.Scheme
            ? Uri.UnescapeDataString(target.AbsolutePath)[1..]
            : null;
    }

    private static CorruptMediaException Damaged(string detail) => new("The EPUB is damaged; export it again.", detail);

    /// <summary>Page of the book.</summary>
    /// <param name="Name">Name of the picture, or of the document of a page without a picture.</param>
    /// <param name="Reason">End of a sentence that says why there is no picture.</param>
    /// <param name="TextLength">Characters of text besides the picture.</param>
    private sealed record Page(string Name, IArchiveEntry? Picture, string Reason = "", int TextLength = 0);

    /// <summary>Finds and reads entries of a book.</summary>
    private sealed class Book(IChapterArchive archive, CancellationToken cancellationToken)
    {
        private readonly Dictionary<string, IArchiveEntry> _entries = archive.Entries.ToDictionary(entry => entry.Name);

        public IArchiveEntry? Find(string? name) => name is null
            ? null
            : _entries.GetValueOrDefault(name)
                ?? archive.Entries.FirstOrDefault(entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

        public async Task<XElement> ReadAsync(IArchiveEntry entry)
        {
            var file = $"The file '{PageNames.ToDisplayName(entry.Name, 1)}' of the EPUB";
            if (entry.Obstacle is { } obstacle)
                throw new UnsupportedMediaException($"{file} {obstacle}.");
            if (entry.Unpacked > MaxDocumentBytes)
            {
                throw new MediaLimitException(
                    "entry_bytes",
                    MaxDocumentBytes,
                    entry.Unpacked,
                    $"{file} has {entry.Unpacked:N0} bytes; {MaxDocumentBytes:N0} are allowed.");
            }

            try
            {
                var content = await archive.ReadAsync([entry], (int)entry.Unpacked, cancellationToken);
                return UntrustedXml.Read(content[0] ?? throw Damaged($"'{entry.Name}' cannot be unpacked"));
            }
            catch (Exception exception) when (exception is XmlException or DecoderFallbackException)
            {
                throw Damaged($"'{entry.Name}': {exception.Message}");
            }
        }

        /// <summary>Whether Apple's options of an EPUB 2 declare a fixed layout.</summary>
        public async Task<bool> IsFixedForAppleAsync() => Find(AppleOptions) is { } options
            && (await ReadAsync(options)).Descendants()
                .Any(option => option.Read("name") == "fixed-layout" && option.Value.Trim() == "true");

        /// <summary>
        /// Refuses a book whose documents or pictures are encrypted, as shops do. Fonts may be obscured in free books too.
        /// </summary>
        public async Task RejectProtectedAsync(HashSet<string?> documents)
        {
            if (Find(Encryption) is not { } list)
                return;
            var encrypted = (await ReadAsync(list)).Descendants()
                .Where(element => element.Is("CipherReference"))
                .Select(reference => ResolvePath("", reference.Read("URI")));
            if (encrypted.FirstOrDefault(name => name is not null && (documents.Contains(name) || PageNames.IsPage(name))) is { } entry)
            {
                throw new UnsupportedMediaException(
                    "The EPUB is protected against copying (DRM) and cannot be read; use a book without it.", $"'{entry}' is encrypted");
            }
        }

        public async Task<Page> FindPageAsync(string? document, string mediaType)
        {
            var name = document ?? "page";
            if (Find(document) is not { } entry)
                return new Page(name, null, "is not in the EPUB.");
            if (mediaType.StartsWith("image/", StringComparison.Ordinal) && mediaType != "image/svg+xml")
                return new Page(name, entry);

            var root = await ReadAsync(entry);
            var references = root.DescendantsAndSelf().Where(element => element.Is("img") || element.Is("image"))
                .Select(image => image.Read(image.Is("img") ? "src" : "href")).ToList();
            var text = (root.Elements().FirstOrDefault(element => element.Is("body")) ?? root).DescendantNodes().OfType<XText>()
                .Where(node => node.Parent is { } parent && !parent.Is("style") && !parent.Is("script") && !parent.Is("title")
                    && !parent.Is("desc"))
                .Sum(node => node.Value.Count(letter => !char.IsWhiteSpace(letter)));
            var picture = references is [var one] ? Find(ResolvePath(entry.Name, one)) : null;
            var reason = references switch
            {
                [] => "has no picture.",
                [_] => "shows a picture that is not in the EPUB.",
                _ => $"has {references.Count} pictures; a page of an EPUB has one.",
            };
            return new Page(picture?.Name ?? name, picture, reason, text);
        }
    }
}
