using MangaMotion.Acceptance;
using NSwag;

namespace MangaMotion.Clients;

/// <summary>Answers of the API against their schemas in the document, by which generated clients read them.</summary>
public sealed class AnswerTests(ApiStack stack)
{
    [Fact]
    public async Task Every_list_and_figure_answers_by_its_schema()
    {
        var document = await OpenApiDocument.FromJsonAsync(stack.Document);
        using var http = new HttpClient { BaseAddress = stack.Address, DefaultRequestHeaders = { { "X-Api-Key", Installation.Key } } };
        List<string> errors = [];
        var answers = 0;
        foreach (var (path, operations) in document.Paths.Where(path => !path.Key.Contains('{', StringComparison.Ordinal)))
        {
            if (!operations.TryGetValue(OpenApiOperationMethod.Get, out var operation))
                continue;
            var answer = await http.GetStringAsync(path);
            answers++;

            errors.AddRange(operation.ActualResponses["200"].Schema.Validate(answer).Select(error => $"{path} {error}"));
        }

        answers.ShouldBeGreaterThan(10);
        errors.ShouldBeEmpty();
    }
}
