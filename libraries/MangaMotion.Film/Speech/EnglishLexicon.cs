using System.Collections.Frozen;

namespace MangaMotion.Film.Speech;

/// <summary>Word lists of <see cref="EnglishReading"/>. Keys are in lower case unless a list says otherwise.</summary>
internal static class EnglishLexicon
{
    public static FrozenDictionary<string, string> Signs { get; } = Table(
        """
        & and; + plus; = equals; @ at; % percent
        """);

    /// <summary>Words with one reading in all contexts.</summary>
    public static FrozenDictionary<string, string> Fixed { get; } = Table(
        """
        mr mister; mrs missus; ms miz; mx mix; messrs messers; jr junior; sr senior; prof professor; capt captain;
        sgt sergeant; lt lieutenant; cmdr commander; vs versus; etc et cetera; e.g for example; i.e that is; ok okay;
        o.k okay; bbq barbecue; w/ with; w/o without; and/or and or; km/h kilometers per hour; ph.d P H D; 'cause because;
        'n and; 'em em; 'til till; 'bout about; 'round round; www W W W;
        cuz because; thru through; dunno don't know; ma'am mam; o'clock o'clock; at&t A T and T; q&a Q and A;
        wwi world war one; wwii world war two; phd P H D;
        911 nine one one; 10-4 ten four; 50/50 fifty fifty; 50-50 fifty fifty; asap A S A P; ph P H;
        nth enth; aka A K A; a.k.a A K A; a-ha aha; ah-ha aha; a-hem ahem
        """);

    /// <summary>Readings of words with a full stop: "Gen." is "general", "gen" is not.</summary>
    public static FrozenDictionary<string, string> Dotted { get; } = Table(
        """
        mt mount; ft fort; gen general; col colonel; maj major; adm admiral; pvt private; cpl corporal; sen senator;
        rep representative; rev reverend; hon honorable; gov governor; pres president; det detective; insp inspector;
        dept department; ave avenue; blvd boulevard; rd road; ln lane; apt apartment; co company; inc incorporated;
        ltd limited; corp corporation; bros brothers; ch chapter; vol volume; ep episode; fig figure; pt part;
        approx approximately; jan january; feb february; aug august; sept september; sep september; oct october;
        nov november; dec december; mon monday; tues tuesday; thurs thursday; fri friday
        """);

    /// <summary>Those of <see cref="Dotted"/> that also end a sentence; "the fig." is a fruit.</summary>
    public static FrozenSet<string> DottedAtEnd { get; } = Set(
        """
        ave blvd rd inc ltd corp dept bros co
        """);

    /// <summary>Words whose full stop is part of them.</summary>
    public static FrozenSet<string> TakesFullStop { get; } =
        Dotted.Keys.Concat(
            ["mr", "mrs", "ms", "mx", "messrs", "dr", "st", "no", "nos", "jr", "sr", "prof", "capt", "sgt", "lt", "cmdr", "vs", "e.g",
            "i.e", "a.m", "p.m", "ph.d", "a.k.a"]).ToFrozenSet();

    /// <summary>Capitals that are spelled in any line.</summary>
    public static FrozenSet<string> Initialisms { get; } = Set(
        """
        AC AI AKA ATM BBC BFF CCTV CD CEO CIA CNN CPR CSI CV DA DC DIY DJ DMV DNA DVD EKG EMT ESP ETA EU FBI FYI GDP GPS HD HIV
        HQ HR IBM ICU ID IOU IQ IRS ISS JFK KGB KO LA LAPD LED LSD MIT MP MRI MVP NBA NBC NFL NPC NSA NYC NYPD OMG PC PE PHD PI
        PJ PR RNA RPG RSVP RV SOS SUV TNT TV UFO UK UN URL USA USB USS VCR VHS VIP VP VR WTF XL
        """);

    /// <summary>Sounds that voices would spell, as they can be spoken.</summary>
    public static FrozenDictionary<string, string> Sounds { get; } = Table(
        """
        hm hum; hmm hum; hmph humf; mm mum; mmm mum; mhm muh hum; mmhm muh hum; sh shush; shh shush; gr gur; grr gur;
        brr bur; tsk tisk; tch tich; tck tick; pft puft; pfft puft; pff puff; psst pist; pst pist; zz zuz; zzz zuz;
        ssh shush; ss sus; ahh ah; aah ah; ohh oh; ooh oo; ugh ugh; ughh ugh; eww ew; hn hun; hnn hun; ngh nug; nngh nug;
        hngh hung; rr rur; vs versus; aargh argh; aaah ah; mwah mwah;
        brb B R B; idk I D K; afk A F K
        """);

    /// <summary>Words with a doubled letter that a scream may lengthen: GOOOOD is "good", NOOOO is "no".</summary>
    private static readonly FrozenSet<string> Doubled = Set(
        """
        all bee been beer bell bill boo boom boot boss bull call cheer cheers cool creep cross deep door doom eek eel feel fool
        foot free freeze full geez goo good goodbye google green hell hill hoo hooray keep kill kiss less look loom loser meet
        mee miss moo moon need noon off oof ooh oops oo pool poor pull room school scree screech see seen shoo shoot sleep soon
        speed spooky squee steel still stood street sweet tall tee tell thee three too tooth toot tree vroom wee weed week weep
        well wheel whee whoop whoosh will woo wood woof woohoo yahoo yee yell yippee yoohoo zoo zoom
        """);

    private static readonly FrozenDictionary<string, string> SlightlyStretched = Table(
        """
        noo no; soo so; goo goo; yess yes; whaat what; waait wait; heey hey; heyy hey; helloo hello; pleease please;
        whoaa whoa; whyy why; mee me; youu you; stoop stop; yaay yay; yayy yay; okayy okay; byee bye; hii hi
        """);

    public static FrozenSet<string> ItNouns { get; } = Set(
        """
        crowd department dept guy guys manager people specialist staff support team
        """);

    public static FrozenSet<string> CountryNouns { get; } = Set(
        """
        agent agents air army attorney border citizen citizens congress dollar dollars embassy flag government mail marine
        marines marshal marshals military navy passport president senate senator soldiers treasury troops
        """);

    /// <summary>Postal codes of states. Those that are words, such as IN and ME, count only before a ZIP code.</summary>
    public static FrozenDictionary<string, string> States { get; } = Table(
        """
        ak alaska; al alabama; ar arkansas; az arizona; ca california; co colorado; ct connecticut; de delaware; fl florida;
        ga georgia; hi hawaii; ia iowa; id idaho; il illinois; in indiana; ks kansas; ky kentucky; la louisiana;
        ma massachusetts; md maryland; me maine; mi michigan; mn minnesota; mo missouri; ms mississippi; mt montana;
        nc north carolina; nd north dakota; ne nebraska; nh new hampshire; nj new jersey; nm new mexico; nv nevada; ny new york;
        oh ohio; or oregon; pa pennsylvania; ri rhode island; sc south carolina; sd south dakota; tn tennessee; tx texas;
        ut utah; va virginia; vt vermont; wa washington; wi wisconsin; wv west virginia; wy wyoming
        """);

    /// <summary>Those of <see cref="States"/> that are words or sounds as well: "MOM, PA!"</summary>
    public static FrozenSet<string> StatesThatAreWords { get; } = Set(
        """
        al co de hi id in la ma me mo oh or pa
        """);

    /// <summary>A number behind one of these is a label and not a count: "Room 101".</summary>
    public static FrozenSet<string> Labeled { get; } = Set(
        """
        apartment apt bus cell flight highway interstate locker room route suite unit
        """);

    public static FrozenSet<string> Months { get; } = Set(
        """
        jan january feb february mar march apr april may jun june jul july aug august sep sept september oct october nov november
        dec december
        """);

    public static FrozenSet<string> Hours { get; } = Set(
        """
        one two three four five six seven eight nine ten eleven twelve thirty fifteen forty-five o'clock
        """);

    /// <summary>A Roman numeral behind one of these is a number.</summary>
    public static FrozenSet<string> Numbered { get; } = Set(
        """
        act apollo appendix article book bowl chapter class episode fantasy figure grade level mark mk model part phase rank
        round saturn scene season section sector series stage title type unit version vol volume war zone
        """);

    /// <summary>A Roman numeral behind one of these is an ordinal.</summary>
    public static FrozenSet<string> Rulers { get; } = Set(
        """
        alexander benedict catherine charles edward elizabeth francis frederick george gregory henry ivan james john king leo
        louis mary napoleon nicholas paul peter philip pius pope queen ramses richard rudolf william
        """);

    /// <summary>Names that go on with "Saint".</summary>
    public static FrozenSet<string> BeforeSaint { get; } = Set(
        """
        bay fort lake mont mount mt port sir
        """);

    /// <summary>Words that are no names, for lines in capitals.</summary>
    public static FrozenSet<string> Functions { get; } = Set(
        """
        a about after all am an and are around as at be because been before behind but by call can come did do does for from get
        go good had has have he hello her here hey hi him his how i i'm if in into is it it's its like me meet my near no not
        now of oh on or our out over please she so sorry than thank thanks that that's the their them then there they this to
        under up us was we were what when where which who why will with yes you your
        """);

    /// <summary>Names of letters in the plural, A to Z.</summary>
    public static IReadOnlyList<string> LetterPlurals { get; } =
    [
        "eighs", "bees", "seas", "dees", "ees", "efs", "gees", "aitches", "eyes", "jays", "kays", "ells", "ems", "ens",
        "ohs", "peas", "cues",
        "ars", "esses", "tees", "yous", "vees", "double yous", "exes", "whys", "zees",
    ];

    public static bool IsVowel(char letter) => "aeiouyAEIOUY".Contains(letter, StringComparison.Ordinal) || !char.IsAscii(letter);

    /// <summary>The word whose letters were repeated three times or more: once, or twice where that is a word ("good", "hmm").</summary>
    public static string Unstretched(string word)
    {
        var (twice, once) = (Collapsed(word, 2), Collapsed(word, 1));
        var plain = twice == once || Doubled.Contains(twice) || Sounds.ContainsKey(twice) ? twice : once;
        return SlightlyStretched.GetValueOrDefault(plain, plain);
    }

    /// <summary>Entries "key value; key value" over several lines.</summary>
    private static FrozenDictionary<string, string> Table(string entries) =>
        entries.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(entry => entry.Split(' ', 2))
            .ToFrozenDictionary(entry => entry[0], entry => entry[1]);

    private static FrozenSet<string> Set(string words) => words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet();

    private static string Collapsed(string word, int kept)
    {
        var text = new System.Text.StringBuilder(word.Length);
        for (var from = 0; from < word.Length;)
        {
            var to = from;
            while (to < word.Length && word[to] == word[from])
                to++;
            text.Append(word[from], to - from >= 3 ? kept : to - from);
            from = to;
        }

        return text.ToString();
    }
}
