namespace MangaMotion.Comics.Panels;

/// <summary>Thresholds of the panel search. Lengths are pixels of the reduced page unless a comment says otherwise.</summary>
/// <remarks>
/// The values were tuned by hand on the drawn pages with seeds 1 to 20 of every <c>PageKind</c> (<c>mangamotion bench panels --from 1</c>).
/// Two checks hold them: <c>PanelDetectorTests.Panels_are_found_in_reading_order</c>, which has a minimum F1 and Kendall's tau for each
/// page kind, and <c>mangamotion bench panels</c>, which by default scores pages with seeds from 2001 that the tuning never saw.
/// The page unit is the longer side of the reduced page, or 1.4 shorter sides of an elongated page.
/// </remarks>
internal static class PanelTuning
{
    // Page and layout (PanelDetector)
    public const int PageLongSide = 900; // longer side of the reduced page, or of each half of a reduced spread
    public const double FinerPage = 1.4; // size of the finer page, in sizes of the reduced page
    public const int FewPanels = 2; // number of panels up to which a certain layout is compared with that of the finer page
    public const int StripWidth = 400; // width of the reduced strip
    public const int MinPageSide = 32; // minimum side of a page in source pixels; a smaller picture is an icon
    public const double ElongatedRatio = 1.6; // longer side divided by shorter side from which a page counts as elongated
    public const double ElongatedUnit = 1.4; // page unit of an elongated page, in shorter sides
    public const double CertainPanel = 0.9; // a panel below this confidence triggers layouts with closed frame gaps and of a finer page
    public const double CertainStripPanel = 0.7; // a panel below this confidence keeps its piece of a strip whole
    public const double LayoutAreaExponent = 0.85; // exponent of a panel's area share in a layout's score

    // Long strips (LongStrip)
    public const int StripRatio = 3; // height divided by width from which a page is a strip
    public const int StripPaperTolerance = 14; // grey levels around a row's median that count as the same paper
    public const double StripBlankShare = 0.997; // share of a row within the tolerance that makes the row blank
    public const double MinStripGap = 0.02; // minimum height of a gap between pieces, in strip widths
    public const double MinStripPiece = 0.2; // in strip widths; a lower piece is lettering and joins its nearest neighbour

    // Shadow of a book's fold (Lighting)
    public const double ColumnPaperShare = 0.97; // share of a column's pixels that are no brighter than its paper
    public const double PagePaperQuantile = 0.8; // quantile of the columns' paper levels that is the page's paper level
    public const int MinShadedPaper = 170; // minimum grey level of the page's paper; darker pages are left as they are
    public const double ShadedLevel = 0.965; // share of the page's paper level below which a column is shaded
    public const double DarkestShadow = 0.4; // share of the page's paper level below which a column is drawing, not shadow
    public const int ShadowStep = 3; // columns over which the change of a shadow is measured
    public const double MaxShadowChange = 0.35; // maximum change over ShadowStep columns, as a share of the shadow's depth

    // Paper (Paper)
    public const int MinBrightPaper = 200; // lowest grey level that can be the bright paper
    public const int CleanBrightPaper = 235; // grey level from which the bright paper is clean and gets the smaller tolerance
    public const int CleanPaperTolerance = 22; // grey levels below a clean bright paper that still belong to it
    public const int BrightPaperTolerance = 26; // grey levels below any other bright paper that still belong to it
    public const int MaxDarkPaper = 42; // highest grey level of dark paper
    public const int DarkPageLevels = 40; // upper bound, exclusive, of the grey levels counted as dark on the whole page
    public const int DarkBorderLevels = 45; // upper bound, exclusive, of the grey levels counted as dark on the border
    public const double MinDarkBorder = 0.02; // minimum share of dark pixels on the border that suggests dark paper
    public const double MinDarkPage = 0.01; // minimum share of dark pixels on the page that suggests dark paper
    public const int MaxGreyPaper = 226; // upper bound, exclusive, of the border's most frequent level for a grey paper
    public const int GreyModeRadius = 4; // grey levels on each side that are added up to find the border's most frequent level
    public const int GreyBorderRadius = 12; // grey levels around the border's most frequent level that must hold MinGreyBorder
    public const double MinGreyBorder = 0.12; // minimum share of the border near its most frequent level for a grey paper
    public const int GreyPaperTolerance = 14; // grey levels around the most frequent level that belong to a grey paper
    public const double ExplainedBorder = 0.85; // border share below which no paper explains the border and a rough paper is tried
    public const int RoughModeRadius = 8; // the same for the smoothed border
    public const int RoughPaperTolerance = 18; // the same for a rough paper, on the smoothed page
    public const double MinRoughBorder = 0.4; // minimum border share of a rough paper
    public const double MinOpenPage = 0.004; // minimum share of the page that is open in a paper
    public const double BorderWidth = 0.012; // width of the border, as a share of the page's longer side

    // Masks (PageMasks)
    public const int MinEdgeHeight = 44; // minimum grey difference between the pixels on both sides of an edge
    public const int InkLevel = 128; // grey level below which a pixel that is not open is ink
    public const int MinRun = 8; // minimum length of a straight run; the dots of screen tones are shorter

    // Recursive cut (PageCutter)
    public const int MaxDepth = 12; // maximum number of cuts around one region
    public const double MinRegionSide = 0.05; // minimum side of a region, as a share of the page's side
    public const double MinRegionArea = 0.006; // minimum area of a region, as a share of the page's area
    public const double MaxTrimmedInk = 0.005; // share of an outer row or column that may be drawn and is still trimmed
    public const double ColumnGutterRatio = 1.35; // column gutter in row gutters, from which a tall region is read by columns (4-koma)
    public const double ColumnRegionRatio = 1.15; // height divided by width above which a region may be read by columns
    public const double SpreadRatio = 1.15; // width divided by height above which the page may be a spread
    public const double SpreadGutterRatio = 1.2; // width of a spread's fold, in row gutters
    public const double MaxFoldOffset = 0.05; // maximum distance of a spread's fold from the middle, as a share of the width
    public const double ColumnPenalty = 0.47; // score by which a column gutter must beat a row gutter; rows are read first

    // Lines of a candidate cut (GutterSearch)
    public const double Reach = 0.007; // lines inspected on each side of a candidate, as a share of the page unit
    public const int MinReach = 3; // minimum number of lines inspected on each side of a candidate
    public const double MinLongestLine = 0.5; // minimum length of a slope's longest line, as a share of the region's length
    public const double MinLineLength = 0.75; // minimum length of a candidate line, as a share of the median line
    public const double MinSideArea = 0.03; // minimum area on each side of a cut, as a share of the region
    public const double MinSideDepth = 0.06; // minimum depth on each side of a cut, as a share of the page unit

    // Score and certainty of a cut (GutterSearch)
    public const double OpenWeight = 0.5; // weight of the open share in a cut's score
    public const double LowDropWeight = 0.6; // weight of the smaller drop beside a cut in its score
    public const double HighDropWeight = 0.3; // weight of the larger drop beside a cut in its score
    public const double ClosedEndWeight = 0.1; // weight of the less open end of a gutter in its score
    public const double SlopePenalty = 0.25; // score subtracted for each unit of slope
    public const double NarrowPenalty = 0.3; // score subtracted from a narrow gutter
    public const double FrameLinePenalty = 0.5; // score subtracted from a frame line
    public const double BlankCertainty = 0.5; // weight of the blank share in a gutter's certainty
    public const double OpenCertainty = 0.25; // weight of the open share in a gutter's certainty
    public const double DropCertainty = 0.35; // weight of the smaller drop in a gutter's certainty
    public const double CrossedCertainty = 0.55; // certainty of a crossed gutter whose blank share is MinBlank
    public const double ClosedCertainty = 0.4; // certainty of a narrow gutter or frame line without open paper
    public const double NarrowOpenCertainty = 0.5; // weight of the open share in a narrow gutter's certainty
    public const double FrameOpenCertainty = 0.6; // weight of the open share beside a frame line in its certainty

    // Gutters (GutterSearch)
    public const double MinBlank = 0.72; // minimum blank share of a gutter's best line
    public const double MinBlankCrossed = 0.5; // minimum blank share of a crossed gutter's lines
    public const double MinOpen = 0.5; // minimum open share of a gutter's best line
    public const double MinOpenCrossed = 0.42; // minimum open share of a crossed gutter's lines
    public const double MaxBlankLoss = 0.05; // blank share that a gutter's outer lines may lack compared with its best line
    public const double MinDrop = 0.33; // minimum drop of the blank share on both sides of a gutter
    public const double WeakBlank = 0.85; // blank share below which a gutter needs MinDropWeak
    public const double MinDropWeak = 0.5; // minimum drop on both sides of a gutter whose blank share is below WeakBlank
    public const double MaxGutterWidth = 0.12; // maximum width of a gutter, as a share of the page unit
    public const double OpenEnd = 0.6; // open share from which an end of a gutter counts as open
    public const double BlankForOneEnd = 0.93; // blank share from which one open end is enough
    public const double FullyBlank = 0.985; // blank share from which no open end is needed, and of a blank band
    public const double MinBandEnd = 0.9; // minimum open share of both ends of a blank band
    public const double MinBandWidth = 0.012; // minimum width of a blank band, as a share of the page unit
    public const double MinBandDrop = 0.12; // minimum drop on one side of a blank band
    public const double MinCrossedFlank = 0.5; // minimum edge share on both sides of a crossed gutter
    public const double MinCrossedFlankOfOpen = 0.8; // minimum edge share on both sides of a crossed gutter, as a share of its open share
    public const double MaxCrossedWidth = 0.04; // maximum width of a crossed gutter, as a share of the page unit
    public const double MinCrossedOpen = 0.6; // open share from which a crossed gutter needs no open end
    public const double CleanBlank = 0.9; // minimum blank share of a clean gutter
    public const double CleanOpen = 0.85; // minimum open share of a clean gutter
    public const double CleanDrop = 0.6; // minimum drop on both sides of a clean gutter
    public const double EndLength = 0.018; // length of a gutter's end, as a share of its length

    // Narrow gutters (GutterSearch.Narrow)
    public const double MinNarrowBlank = 0.9; // minimum share of widened open pixels on a narrow gutter's lines
    public const double MinNarrowOpen = 0.3; // minimum open share of a narrow gutter's best line
    public const double MinNarrowDrop = 0.6; // minimum drop on both sides of a narrow gutter
    public const double MaxNarrowWidth = 0.03; // maximum width of a narrow gutter, as a share of the page unit

    // Frame lines (GutterSearch.FrameLines)
    public const double MinFrame = 0.6; // minimum edge or ink share of a frame line
    public const double FrameFalloff = 0.6; // share of a frame line's strength down to which its neighbours belong to it
    public const double MaxFrameWidth = 0.016; // maximum width of a frame line, as a share of the page unit
    public const double MinFrameSideDepth = 0.1; // minimum depth on each side of a frame line, as a share of the page unit
    public const double MinFrameSideDrawn = 0.15; // minimum drawn share on each side of a frame line
    public const double BesideOpen = 0.35; // open share of the lines beside a frame line, above which it borders on open paper
    public const double BalloonWeight = 0.8; // weight of blank but closed pixels (balloons) in the covered share of a frame line
    public const double MinFrameDrop = 0.4; // minimum drop on both sides of a frame line
    public const double MinCoveredBesideOpen = 0.86; // minimum covered share of a frame line beside open paper
    public const double MinCovered = 0.97; // minimum covered share of any other frame line
    public const double MinSharedFrame = 0.78; // minimum strength of a shared frame line under balloons
    public const double MinSharedCovered = 0.95; // minimum covered share, balloons included, of a shared frame line
    public const double MinSharedThickness = 0.6; // in thicknesses of the region's frame; one pixel less is allowed
    public const double MinThickness = 0.8; // the same on a page with gutters, where no pixel is allowed
    public const double BoldFrame = 3; // minimum thickness of the region's frame for a frame line on a page with gutters
    public const int MaxLineThickness = 12; // thickness from which a dark run is drawing, not a line
    public const double MinMeasuredPlaces = 0.3; // minimum share of measured places with a dark run for a thickness to be known
    public const int MaxFrameOffset = 4; // blank pixels skipped at a region's side before its frame
    public const double FrameEndLength = 0.03; // length of a frame line's ends, as a share of its length
    public const double MinEndInk = 0.6; // minimum share of ink at both ends of a shared frame line

    // From region to panel box (FrameSnap)
    public const double MaxInset = 0.14; // maximum distance of a frame line from the region's side, as a share of the region
    public const double MaxClearInset = 0.22; // the same for an unmistakable frame line
    public const double SnapFrame = 0.55; // drawn share of a line that is a frame line
    public const double SnapClearFrame = 0.85; // drawn share of an unmistakable frame line
    public const int SnapFrameWidth = 5; // pixels that a frame line may be thick
    public const double MaxBeyondClearFrame = 0.35; // maximum drawn share beyond an unmistakable frame line
    public const double MaxBeyondFrame = 0.12; // maximum drawn share beyond any other frame line
    public const double BleedShare = 0.7; // share of the lines beyond a side that both neighbouring frame lines cross
    public const double MinPanelSide = 0.06; // minimum side of a panel, as a share of the page's side
    public const double MinPanelArea = 0.012; // minimum area of a panel, as a share of the page's area
    public const double MinPanelInk = 0.01; // minimum share of a panel that is not paper
    public const double UnframedConfidence = 0.4; // confidence of a panel without any frame line, in certainties of its cuts
    public const double FramedConfidence = 0.6; // confidence added by four frame lines, in certainties of the panel's cuts
    public const double FullyFramed = 0.9; // drawn share from which a side counts as fully framed
    public const int FrameSearchDepth = 4; // lines from a side inwards on which its frame line is looked for

    // Corners of slanted panels (PanelOutline)
    public const double StraightSide = 1.5; // distance up to which a corner is dropped from a side; cuts run along whole pixels
    public const double OutwardSearch = 0.005; // outward search for a frame line, as a share of the page's size
    public const double InwardSearch = 0.014; // the same inwards; cuts have few slopes, so sides can be slightly off
    public const int OutlineSteps = 40; // number of inward positions tried for one end of a side
    public const int OutlineSamples = 64; // number of pixels sampled along a side
    public const double OutlineMargin = 0.04; // share of a side that is left out at each end, where the neighbouring frame lines cross
    public const int OutlineDark = 110; // grey level below which a sample is dark
    public const double MinOutlineDark = 0.75; // minimum share of dark samples of a frame line
    public const double RectangleShare = 0.985; // share of its bounding box from which a panel is a plain rectangle
    public const double ConvexTolerance = 0.05; // sine of the angle by which a rounded corner may point inwards
}
