using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MangaMotion.ServiceDefaults.Configuration;

/// <summary>Checks all settings before anything is started.</summary>
public static class SettingsCheck
{
    /// <summary>Finds invalid settings.</summary>
    /// <returns>One line for each, with its name, its value and the allowed values.</returns>
    public static IReadOnlyList<string> FindProblems(IServiceProvider services)
    {
        try
        {
            services.GetService<IStartupValidator>()?.Validate();
            return [];
        }
        catch (OptionsValidationException e)
        {
            return [.. e.Failures];
        }
        catch (AggregateException e) when (e.InnerExceptions.All(inner => inner is OptionsValidationException))
        {
            return [.. e.InnerExceptions.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures)];
        }
    }

    /// <summary>Ends the process with exit code 1 and the lines on stderr. A stack trace would hide them.</summary>
    internal static void ExitIfWrong(IServiceProvider services)
    {
        var problems = FindProblems(services);
        if (problems.Count == 0)
            return;
        var service = services.GetRequiredService<ServiceIdentity>().Service;
        Console.Error.WriteLine($"{service} cannot start: {problems.Count} setting(s) to correct.");
        foreach (var problem in problems)
            Console.Error.WriteLine($"  {problem}");
        Environment.Exit(1);
    }
}
