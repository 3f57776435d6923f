namespace MangaMotion.MediaHost;

/// <summary>The directories of this child: one with the job's input, one for what is made.</summary>
internal sealed record Slot(string In, string Out)
{
    public string Input => Path.Combine(In, "input");
}
