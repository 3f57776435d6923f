using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace MangaMotion.Cli;

/// <summary>Typed arguments and options whose errors name the argument, the wrong value and the allowed values.</summary>
internal static class Arguments
{
    /// <summary>Argument that takes one id.</summary>
    /// <param name="hint">Where the user finds ids.</param>
    public static Argument<Guid?> CreateId(string description, string hint, bool required) => new("ID")
    {
        Description = description,
        Arity = required ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne,
        CustomParser = result => result.Tokens is [] ? null : ParseId(result, ReadToken(result), "ID", hint),
    };

    /// <summary>Argument that takes any number of ids.</summary>
    /// <inheritdoc cref="CreateId"/>
    public static Argument<Guid[]> CreateIds(string description, string hint) => new("ID")
    {
        Description = description,
        Arity = ArgumentArity.ZeroOrMore,
        CustomParser = result => [.. result.Tokens.Select(token => ParseId(result, token.Value, "ID", hint)).OfType<Guid>()],
    };

    /// <summary>Argument that takes one or more existing files.</summary>
    public static Argument<string[]> CreateFiles(string description) =>
        new Argument<string[]>("FILE") { Description = description, Arity = ArgumentArity.OneOrMore }
            .Check(File.Exists, "an existing file");

    /// <summary>Option that takes one id.</summary>
    /// <inheritdoc cref="CreateId"/>
    public static Option<Guid?> CreateIdOption(string name, string description, string hint) => new(name)
    {
        Description = description,
        CustomParser = result => ParseId(result, ReadToken(result), name, hint),
    };

    /// <summary>Option that takes a whole number.</summary>
    public static Option<int?> CreateNumberOption(string name, string description, int min, int max) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            var text = ReadToken(result);
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
                return number;
            result.AddError(Describe(name, text, $"a whole number from {min} to {max}"));
            return null;
        },
    };

    /// <summary>Option that takes a date or a time; without an offset it is local time.</summary>
    public static Option<DateTimeOffset?> CreateTimeOption(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            var text = ReadToken(result);
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var time))
                return time;
            result.AddError(Describe(name, text, "a date or time such as 2026-11-29 or 2026-11-29T18:00:00Z"));
            return null;
        },
    };

    /// <summary>Rejects values that are not in a list.</summary>
    public static Option<T> Only<T>(this Option<T> option, params IReadOnlyList<string> allowed) =>
        option.Check(text => allowed.Contains(text), $"one of {string.Join(", ", allowed)}");

    /// <summary>Rejects values that fail a test.</summary>
    /// <param name="expected">Description of the accepted values.</param>
    public static Argument<T> Check<T>(this Argument<T> argument, Predicate<string> isValid, string expected)
    {
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !isValid(token.Value)))
                result.AddError(Describe(argument.Name, token.Value, expected));
        });
        return argument;
    }

    /// <summary>Rejects values that fail a test.</summary>
    /// <param name="expected">Description of the accepted values.</param>
    public static Option<T> Check<T>(this Option<T> option, Predicate<string> isValid, string expected)
    {
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !isValid(token.Value)))
                result.AddError(Describe(option.Name, token.Value, expected));
        });
        return option;
    }

    /// <summary>Message for a wrong value.</summary>
    public static string Describe(string name, string value, string expected) => $"{name}: '{value}' is not {expected}.";

    private static string ReadToken(ArgumentResult result) => result.Tokens is [var token, ..] ? token.Value : "";

    private static Guid? ParseId(ArgumentResult result, string text, string name, string hint)
    {
        if (Guid.TryParse(text, out var id))
            return id;
        result.AddError(Describe(name, text, $"an id; {hint}"));
        return null;
    }
}
