using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MangaMotion.ServiceDefaults.Tests.Telemetry;

public sealed class LogLevelTests
{
    /// <summary>Category of "Executed DbCommand", one line for each statement of a video's state.</summary>
    private const string Statements = "Microsoft.EntityFrameworkCore.Database.Command";

    [Fact]
    public async Task Statements_are_logged_only_if_they_fail_or_the_operator_asks_for_them()
    {
        (await IsLoggedAsync(Statements, LogLevel.Information)).ShouldBeFalse();
        (await IsLoggedAsync(Statements, LogLevel.Warning)).ShouldBeTrue();
        (await IsLoggedAsync(Statements, LogLevel.Information, $"--Logging:LogLevel:{Statements}=Information")).ShouldBeTrue();
    }

    private static async Task<bool> IsLoggedAsync(string category, LogLevel level, params string[] arguments)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = arguments, EnvironmentName = "Production" });
        builder.AddServiceDefaults("sample");
        await using var app = builder.Build();
        return app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(category).IsEnabled(level);
    }
}
