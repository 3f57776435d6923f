using MangaMotion.Api;
using MangaMotion.Comics.Script;
using MangaMotion.Console.Pages.Shared;

namespace MangaMotion.Console.Pages.Creator;

/// <summary>A form of the editor that was not saved. Its page shows it again, with the reason.</summary>
/// <param name="Newest">Script that it was merged into.</param>
/// <param name="Preview">What it makes again; null if it was not asked.</param>
/// <param name="Failure">Reason why the API refused it; null if it was not sent.</param>
internal sealed record SubmittedEdit(VideoScript Newest, ScriptEdit Edit, ScriptPreview? Preview = null, Failure? Failure = null);
