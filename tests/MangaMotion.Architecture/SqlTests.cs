using System.Text.RegularExpressions;

namespace MangaMotion.Architecture;

/// <summary>
/// SQL by name: parameters and columns have names, so that a new one cannot shift the others. Schema scripts say what older services miss.
/// </summary>
public sealed partial class SqlTests
{
    /// <summary>Statements that run for every message. Npgsql rewrites named parameters for each command.</summary>
    private static readonly string[] Positional =
    [
        "libraries/MangaMotion.Messaging.Postgres/Inbox/PostgresOutboxContextFactory.cs",
        "libraries/MangaMotion.Messaging.Postgres/Outbox/OutboxDelivery.cs",
        "libraries/MangaMotion.Messaging.Postgres/Outbox/OutboxRow.cs",
        "libraries/MangaMotion.Messaging.Postgres/Outbox/OutboxSql.cs",
    ];

    [Fact]
    public void Parameters_and_columns_are_named() =>
        FindPositions().Where(position => !Positional.Contains(position.File)).Select(position => $"{position.File}: {position.Text}")
            .ShouldBeEmpty("Use @name, and read the column by its name.");

    [Fact]
    public void Each_exception_has_a_position() =>
        FindPositions().Select(position => position.File).Distinct().ShouldBe(Positional, ignoreOrder: true);

    [Fact]
    public void A_script_that_removes_or_renames_says_that_it_cannot_be_rolled_back() =>
        (from file in Repository.FindFiles(".sql")
         let text = File.ReadAllText(Repository.PathOf(file))
         where file.Contains("/Schema/", StringComparison.Ordinal) && Removal().IsMatch(text)
         where !text.StartsWith("-- irreversible: ", StringComparison.Ordinal)
         select file).ShouldBeEmpty("Begin the script with '-- irreversible: ' and what older services miss.");

    private static IEnumerable<(string File, string Text)> FindPositions() =>
        from file in Repository.FindFiles(".cs")
        where file.StartsWith("libraries/", StringComparison.Ordinal) || file.StartsWith("services/", StringComparison.Ordinal)
        let text = File.ReadAllText(Repository.PathOf(file))
        where text.Contains("Npgsql", StringComparison.Ordinal)
        from match in Position().Matches(text)
        select (file, match.Value);

    [GeneratedRegex(
        @"\$[1-9][0-9]*\b|\b(Get(Guid|String|Boolean|Int16|Int32|Int64|Double|FieldValue<[^>]+>)|IsDBNull)\([0-9]+\)",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Position();

    [GeneratedRegex(
        @"\b(drop\s+(table|column|schema|type)|rename\s+(to|column)|alter\s+column\s+\w+\s+(set\s+data\s+)?(type|set\s+not\s+null))\b",
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Removal();
}
