using MangaMotion.Comics.Panels;

namespace MangaMotion.Comics.Tests.Synthesis;

/// <summary>Draws pages with known panels. The same kind and seed give the same page on every machine.</summary>
public sealed class PageArtist
{
    private readonly Random _random;
    private readonly PageKind _kind;
    private readonly Canvas _canvas;
    private readonly PanelArt _art;
    private readonly byte _paper;
    private readonly double _ink;
    private readonly double _frame;
    private readonly double _wobble;
    private readonly double _unit;
    private readonly List<Cell> _cells = [];

    private PageArtist(PageKind kind, int seed)
    {
        _kind = kind;
        _random = new Random((((int)kind + 1) * 100_003) + seed);
        var (width, height) = kind switch
        {
            PageKind.Spread => (1640, 1170),
            PageKind.Webtoon => (690, _random.Next(4000, 9000)),
            PageKind.Western => (_random.Next(860, 960), 1320),
            _ => (_random.Next(820, 960), 1250),
        };
        _unit = kind is PageKind.Webtoon ? width * 1.4 : height;
        _ink = Between(5, 35);
        _paper = (byte)(kind == PageKind.Night || (kind == PageKind.Western && Chance(0.15)) ? _ink : Between(243, 255));
        _frame = Between(1.6, 5.5);
        _wobble = Chance(0.4) ? Between(0.3, 1.6) : 0;
        _canvas = new Canvas(width, height, _paper);
        _art = new PanelArt(_canvas, _random, _ink);
    }

    private bool Wild => _kind == PageKind.WildManga;

    private ReadingDirection Direction =>
        _kind is PageKind.Western or PageKind.Webtoon ? ReadingDirection.LeftToRight : ReadingDirection.RightToLeft;

    public static SyntheticPage Draw(PageKind kind, int seed) => new PageArtist(kind, seed).Draw(seed);

    private SyntheticPage Draw(int seed)
    {
        Arrange();
        if (_kind == PageKind.Textured)
            Texture();
        foreach (var cell in _cells)
            DrawCell(cell);
        if (Wild)
            DrawAcross(balloons: 0.25, figures: 0.12);
        else if (_kind is PageKind.Manga or PageKind.Spread or PageKind.SharedLines or PageKind.Insets or PageKind.Night)
            DrawAcross(balloons: 0.08, figures: 0.02);
        else if (_kind is PageKind.Western)
            DrawCaptions();
        if (_kind != PageKind.Webtoon)
            DrawMargins();

        var (grey, angle) = Scan();
        return new SyntheticPage(_kind, seed, _canvas.Width, _canvas.Height, grey, Direction,
            [.. _cells.Select(cell => BoundingBox(cell, angle))]);
    }

    private void Arrange()
    {
        double w = _canvas.Width, h = _canvas.Height;
        switch (_kind)
        {
            case PageKind.Spread:
                double margin = Between(0.03, 0.05) * h, fold = Between(0.035, 0.06) * h;
                AddPage(Cell.Rectangle((w + fold) / 2, margin, w - margin, h - margin));
                AddPage(Cell.Rectangle(margin, margin, (w - fold) / 2, h - margin));
                break;
            case PageKind.FourKoma:
                AddFourKoma(Cell.Rectangle(0.07 * w, 0.06 * h, 0.93 * w, 0.94 * h));
                break;
            case PageKind.Webtoon:
                AddStrip(w, h);
                break;
            default:
                AddPage(Cell.Rectangle(Between(0.03, 0.07) * w, Between(0.025, 0.05) * h, w * Between(0.93, 0.97),
                    h * Between(0.95, 0.975)));
                break;
        }
    }

    private void AddPage(Cell page)
    {
        var western = _kind == PageKind.Western;
        var rowGutter = western ? Between(0.007, 0.02) * _unit : Between(0.011, 0.026) * _unit;
        var columnGutter = western ? rowGutter : Between(0.006, 0.012) * _unit;
        if (_kind == PageKind.SharedLines)
            rowGutter = columnGutter = 0;
        var first = _cells.Count;
        var rest = page;
        for (var tiers = _random.Next(2, 5); tiers > 0; tiers--)
        {
            var tier = rest;
            if (tiers > 1)
                (tier, rest) = rest.Split(true, Between(0.75, 1.25) / tiers, Slant(0.1), rowGutter);
            AddTier(tier, _random.Next(1, western ? 5 : 4), rowGutter, columnGutter);
        }

        for (var i = first; i < _cells.Count; i++)
            Loosen(_cells[i], page);
        if (_kind == PageKind.Insets)
            AddInset();
    }

    private void AddTier(Cell tier, int columns, double rowGutter, double columnGutter)
    {
        var parts = new List<Cell>();
        for (; columns > 0; columns--)
        {
            var part = tier;
            if (columns > 1)
                (part, tier) = tier.Split(false, Between(0.75, 1.25) / columns, Slant(0.3), columnGutter);
            parts.Add(part);
        }

        if (Direction == ReadingDirection.RightToLeft)
            parts.Reverse();
        foreach (var part in parts)
        {
            if (part.Height > 0.28 * _unit && part.Width < 0.5 * _canvas.Width && Chance(0.4))
            {
                var (upper, lower) = part.Split(true, Between(0.4, 0.6), Slant(0.06), rowGutter);
                _cells.AddRange([upper, lower]);
            }
            else
            {
                _cells.Add(part);
            }
        }
    }

    private double Slant(double most) => _kind switch
    {
        PageKind.WildManga => Chance(0.45) ? Between(-most, most) : 0,
        PageKind.Manga or PageKind.Spread or PageKind.Textured or PageKind.Night => Chance(0.15) ? Between(-most, most) : 0,
        _ => 0,
    };

    private void Loosen(Cell cell, Cell page)
    {
        cell.Frameless = _kind is PageKind.Manga or PageKind.WildManga or PageKind.Western or PageKind.Spread && Chance(0.07);
        if (Wild && Chance(0.15))
        {
            cell.Borderless = true;
        }
        else if ((Wild && Chance(0.3)) || (_kind is PageKind.Manga or PageKind.Night && Chance(0.08)))
        {
            var far = 0.2 * _unit;
            cell.Bleed(page, Chance(0.7) ? far : 0, Chance(0.7) ? far : 0, Chance(0.7) ? far : 0, Chance(0.7) ? far : 0);
        }
    }

    private void AddFourKoma(Cell page)
    {
        double rowGutter = Between(0.008, 0.014) * _unit;
        var (left, right) = page.Split(false, 0.5, 0, rowGutter * Between(1.7, 3));
        foreach (var column in (Cell[])[right, left])
        {
            var rest = column;
            for (var n = 4; n > 1; n--)
            {
                (var panel, rest) = rest.Split(true, 1.0 / n, 0, rowGutter);
                _cells.Add(panel);
            }

            _cells.Add(rest);
        }
    }

    private void AddInset()
    {
        var host = _cells.Where(cell => cell.Width > 0.25 * _unit && cell.Height > 0.2 * _unit).MaxBy(cell => cell.Width * cell.Height);
        if (host is null)
            return;
        double w = Between(0.3, 0.42) * host.Width, h = Between(0.35, 0.48) * host.Height, gap = Between(0.008, 0.03) * _unit;
        // The corner that is read last makes the order of host and inset unambiguous.
        _cells.Insert(_cells.IndexOf(host) + 1,
            Cell.Rectangle(host.Left + gap, host.Bottom - gap - h, host.Left + gap + w, host.Bottom - gap));
    }

    private void AddStrip(double w, double h)
    {
        var margin = Chance(0.5) ? 0 : Between(0.02, 0.08) * w;
        for (var y = Between(0.05, 0.4) * w; ;)
        {
            var height = Between(0.5, 1.6) * w;
            if (y + height > h - (0.05 * w))
                return;
            var panel = Cell.Rectangle(margin, y, w - margin, y + height);
            if (Chance(0.2))
            {
                var (left, right) = panel.Split(false, Between(0.4, 0.6), 0, 0.03 * w);
                _cells.AddRange([left, right]);
            }
            else
            {
                _cells.Add(panel);
            }

            y += height + (Between(0.06, 0.7) * w);
        }
    }

    private void DrawCell(Cell cell)
    {
        if (cell.Borderless)
        {
            var before = _canvas.Pixels.ToArray();
            _art.Vignette(cell);
            cell.Outline = Changed(before);
            return;
        }

        _art.Panel(cell, cell.Frameless ? 1 : _kind == PageKind.Western ? 0.9 : 0.6);
        if (!cell.Frameless)
            DrawFrame(cell.Outline, _paper < 100 ? 240 : _ink);
    }

    /// <summary>Draws a frame as by hand: uneven, and sometimes past its corners.</summary>
    private void DrawFrame(IReadOnlyList<Point> outline, double shade)
    {
        if (_wobble == 0)
        {
            _canvas.Outline(outline, _frame, shade);
            return;
        }

        for (var i = 0; i < outline.Count; i++)
        {
            var (a, b) = (outline[i], outline[(i + 1) % outline.Count]);
            var d = b - a;
            if (d.Length < 1)
                continue;
            var (way, across) = (d * (1 / d.Length), new Point(-d.Y, d.X) * (1 / d.Length));
            double phase = Between(0, 6), waves = Between(0.5, 3), past = Chance(0.2) ? Between(2, 8) : _frame / 2;
            var (from, length) = (a - (way * past), d.Length + (2 * past));
            var steps = Math.Max(2, (int)(length / 25));
            var before = At(0);
            for (var step = 1; step <= steps; step++)
            {
                var next = At((double)step / steps);
                _canvas.Line(before, next + (way * 0.5), _frame * Between(0.85, 1.15), shade);
                before = next;
            }

            Point At(double t) => from + (way * (t * length)) + (across * (_wobble * Math.Sin(phase + (2 * Math.PI * waves * t))));
        }
    }

    /// <summary>Draws boxes of narration over a corner of their panel, often beyond its frame.</summary>
    private void DrawCaptions()
    {
        foreach (var cell in _cells.Where(_ => Chance(0.3)).ToList())
        {
            double size = Between(0.09, 0.16) * Math.Min(cell.Width, cell.Height), past = Between(-0.5, 0.6) * size;
            _art.Caption(new Point(cell.Left - past + (2 * size), cell.Top - past + (0.6 * size)), size);
        }
    }

    /// <summary>Draws a page number and sometimes a running title.</summary>
    private void DrawMargins()
    {
        if (Chance(0.5))
            _art.Balloon(new Point(_canvas.Width / 2.0, _canvas.Height - (0.008 * _unit)), 0.006 * _unit);
        if (Chance(0.25))
            _art.Letters(new Point(Between(0.1, 0.6) * _canvas.Width, Chance(0.5) ? 0.006 * _unit : _canvas.Height - (0.018 * _unit)),
                Between(5, 22), 0.011 * _unit, _paper < 100 ? 240 : _ink);
    }

    /// <summary>Finds the rectangle around all pixels that changed visibly.</summary>
    private Point[] Changed(byte[] before)
    {
        int left = _canvas.Width, top = _canvas.Height, right = 0, bottom = 0;
        for (var i = 0; i < before.Length; i++)
        {
            if (Math.Abs(_canvas.Pixels[i] - before[i]) < 20)
                continue;
            int x = i % _canvas.Width, y = i / _canvas.Width;
            (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x + 1), Math.Max(bottom, y + 1));
        }

        return [.. Cell.Rectangle(left, top, right, bottom).Outline];
    }

    /// <summary>Draws figures and balloons across the frames of panels.</summary>
    private void DrawAcross(double balloons, double figures)
    {
        foreach (var cell in _cells)
        {
            if (Chance(balloons))
                _art.Balloon(new Point(Between(cell.Left, cell.Right), Chance(0.5) ? cell.Top : cell.Bottom),
                    Between(0.1, 0.22) * Math.Min(cell.Width, cell.Height));
            if (Chance(figures))
                _art.Figure(new Point(Between(cell.Left, cell.Right), cell.Top + (0.3 * cell.Height)), Between(0.5, 0.9) * cell.Height);
        }
    }

    private void Texture()
    {
        double grey = Between(90, 235), depth = Between(3, 11), period = Between(4, 7);
        var style = _random.Next(3);
        for (var i = 0; i < _canvas.Pixels.Length; i++)
        {
            int x = i % _canvas.Width, y = i / _canvas.Width;
            _canvas.Pixels[i] = (byte)Math.Clamp(style switch
            {
                0 => grey,
                1 => grey + Between(-2.5 * depth, 2.5 * depth),
                _ => grey + (depth * 2 * Math.Sin(2 * Math.PI * x / period) * Math.Sin(2 * Math.PI * y / period)),
            }, 0, 255);
        }
    }

    private (byte[] Grey, double Angle) Scan()
    {
        var grey = _canvas.Pixels;
        var angle = 0.0;
        if (_kind is not PageKind.Webtoon && Chance(0.3))
        {
            angle = Between(-0.012, 0.012);
            grey = Scanner.Rotate(grey, _canvas.Width, _canvas.Height, angle);
        }

        if (_kind is not PageKind.Webtoon && Chance(0.3))
            Scanner.Shade(grey, _canvas.Width, _canvas.Height, Between(0.88, 1), Between(0.1, 0.5), Between(0.02, 0.09),
                right: Chance(0.5));
        if (Chance(0.5))
            Scanner.Noise(grey, _random, Between(1, 5));
        if (Chance(0.7))
            Scanner.Jpeg(grey, _canvas.Width, _canvas.Height, Between(1, 6));
        return (grey, angle);
    }

    private Box BoundingBox(Cell cell, double angle)
    {
        var half = cell.Borderless || cell.Frameless ? 0 : _frame / 2;
        var points = cell.Outline.Select(p => Scanner.Rotate(p, _canvas.Width, _canvas.Height, angle)).ToArray();
        double left = Math.Max(0, points.Min(p => p.X) - half), right = Math.Min(_canvas.Width, points.Max(p => p.X) + half);
        double top = Math.Max(0, points.Min(p => p.Y) - half), bottom = Math.Min(_canvas.Height, points.Max(p => p.Y) + half);
        return new Box((int)left, (int)top, (int)Math.Ceiling(right - (int)left), (int)Math.Ceiling(bottom - (int)top));
    }

    private double Between(double low, double high) => low + (_random.NextDouble() * (high - low));

    private bool Chance(double p) => _random.NextDouble() < p;
}
