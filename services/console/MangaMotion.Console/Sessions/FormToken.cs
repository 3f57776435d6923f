namespace MangaMotion.Console.Sessions;

/// <summary>Names of the antiforgery token.</summary>
internal static class FormToken
{
    public const string Field = "form_token";
    public const string Header = "X-Form-Token";

    /// <summary>Endpoint metadata: the handler validates the token itself, because the form is streamed.</summary>
    internal sealed class ReadByHandler;
}
