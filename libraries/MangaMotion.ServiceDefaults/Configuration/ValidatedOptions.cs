using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MangaMotion.ServiceDefaults.Configuration;

/// <summary>Options that are checked when the service starts. Messages name a setting as the operator sets it.</summary>
public static partial class ValidatedOptions
{
    /// <summary>
    /// Binds <typeparamref name="T"/> to a section and checks it at start: its DataAnnotations, those of nested options, and
    /// <see cref="IValidatableObject"/>. For other rules use <c>.Validate(…)</c> on the returned builder or an
    /// <see cref="IValidateOptions{TOptions}"/>; their messages are printed unchanged. A second call for the same options has no effect.
    /// </summary>
    public static OptionsBuilder<T> AddValidatedOptions<T>(this IServiceCollection services, string section)
        where T : class
    {
        var options = services.AddOptions<T>();
        if (services.Any(service => service.ImplementationInstance is Validator<T>))
            return options;
        services.AddSingleton<IValidateOptions<T>>(new Validator<T>(section));

        // After all Configure(…), by which code sets defaults, so the values of the operator win in every order of registration.
        return options
            .PostConfigure<IConfiguration>((bound, configuration) => Bind(configuration.GetSection(section), bound))
            .ValidateOnStart();
    }

    private static void Bind<T>(IConfigurationSection section, T options)
        where T : class
    {
        try
        {
            section.Bind(options);
        }
        catch (InvalidOperationException e) when (Unreadable().Match(e.Message) is { Success: true } match)
        {
            var key = match.Groups["key"].Value;
            throw new OptionsValidationException(Options.DefaultName, typeof(T),
            [
                $"{Setting.NameOf(key)} is {Setting.Show(key, match.Groups["value"].Value)}: "
                + $"must be {DescribeType(match.Groups["type"].Value)}.",
            ]);
        }
    }

    private static string DescribeType(string type) => type switch
    {
        "System.Boolean" => "true or false",
        "System.Int32" or "System.Int64" => "a whole number",
        "System.Double" => "a number",
        "System.TimeSpan" => "a time span such as 00:00:05 (hours:minutes:seconds)",
        "System.Uri" => "a URL",
        _ when Type.GetType(type) is null && !type.StartsWith("System.", StringComparison.Ordinal) => "one of its documented values",
        _ => $"a {type}",
    };

    [GeneratedRegex(
        "'(?<value>.*)' at '(?<key>[^']+)' to type '(?<type>[^']+)'", RegexOptions.Singleline, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Unreadable();

    private sealed class Validator<T>(string section) : IValidateOptions<T>
        where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            var problems = FindProblems(section, options).ToList();
            return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
        }

        private static IEnumerable<string> FindProblems(string path, object options)
        {
            foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
            {
                if (!property.CanRead || property.GetIndexParameters().Length > 0)
                    continue;
                var key = ConfigurationPath.Combine(path, property.Name);
                var value = property.GetValue(options);
                var context = new ValidationContext(options) { MemberName = property.Name, DisplayName = property.Name };
                foreach (var rule in property.GetCustomAttributes<ValidationAttribute>())
                {
                    if (rule.GetValidationResult(value, context) is { } failure)
                        yield return $"{Setting.NameOf(key)} is {Setting.Show(key, value)}: {DescribeRule(rule, failure)}.";
                }

                if (value is not null && IsNested(property.PropertyType))
                {
                    foreach (var problem in FindProblems(key, value))
                        yield return problem;
                }
            }

            if (options is IValidatableObject validatable)
            {
                foreach (var failure in validatable.Validate(new ValidationContext(options)))
                {
                    var member = failure.MemberNames.FirstOrDefault();
                    var key = member is null ? path : ConfigurationPath.Combine(path, member);
                    yield return $"{Setting.NameOf(key)}: {failure.ErrorMessage}";
                }
            }
        }

        private static bool IsNested(Type type) =>
            type.IsClass && type != typeof(string) && !type.IsArray
                && type.Namespace?.StartsWith("System", StringComparison.Ordinal) != true;

        private static string DescribeRule(ValidationAttribute rule, ValidationResult failure) => rule switch
        {
            { ErrorMessage: not null } => failure.ErrorMessage!.TrimEnd('.'),
            RangeAttribute range => $"must be from {range.Minimum} to {range.Maximum}",
            RequiredAttribute => "a value is needed",
            AllowedValuesAttribute allowed => $"must be one of {string.Join(", ", allowed.Values)}",
            _ => failure.ErrorMessage!.TrimEnd('.'),
        };
    }
}
