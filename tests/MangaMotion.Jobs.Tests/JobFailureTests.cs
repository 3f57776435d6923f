using MangaMotion.Jobs.Failures;

namespace MangaMotion.Jobs.Tests;

public sealed class JobFailureTests
{
    [Fact]
    public void Only_a_permanent_exception_is_permanent()
    {
        Caught(() => throw new PermanentJobException("corrupt_media", "The file is damaged.")).Permanent.ShouldBeTrue();
        Caught(() => throw new ResourceLimitException("Media__MaxPixels", "Too many pixels.")).Code.ShouldBe("limit_exceeded");
        Caught(() => throw new IOException("reset")).Permanent.ShouldBeFalse();
        Caught(() => throw new OperationCanceledException()).Permanent.ShouldBeFalse();
    }

    [Fact]
    public void Failures_of_one_cause_share_a_fingerprint_though_their_messages_differ()
    {
        var fingerprints = Enumerable.Range(0, 3).Select(i => Caught(() => Fetch($"object {i} at {Guid.NewGuid()}")).Fingerprint);
        fingerprints.Distinct().Count().ShouldBe(1);
        Caught(() => Store("object")).Fingerprint.ShouldNotBe(Caught(() => Fetch("object")).Fingerprint);
        JobFailure.Poison(3).Fingerprint.ShouldBe(JobFailure.Poison(4).Fingerprint);
    }

    [Fact]
    public void The_owner_sees_the_message_and_the_operator_the_stack()
    {
        var failure = Caught(() => Fetch("the page"));
        failure.Message.ShouldBe("the page");
        failure.Details.ShouldContain(nameof(Fetch));
        failure.ErrorClass.ShouldBe("System.IO.IOException");
    }

    [Fact]
    public void A_transient_failure_with_a_message_for_the_owner_keeps_its_cause_for_the_operator()
    {
        var failure = Caught(() => throw new TransientJobException(
            "store_unavailable", "The store did not answer.", new IOException("http://10.0.0.7:9000 refused")));
        failure.Permanent.ShouldBeFalse();
        failure.Code.ShouldBe("store_unavailable");
        failure.Message.ShouldBe("The store did not answer.");
        failure.ErrorClass.ShouldBe("System.IO.IOException");
        failure.Details.ShouldContain("10.0.0.7");
    }

    [Fact]
    public void A_message_is_shortened_and_loses_null_characters()
    {
        var failure = Caught(() => throw new IOException(new string('x', 5_000) + '\0'));
        failure.Message.Length.ShouldBeLessThan(1_100);
        Caught(() => throw new IOException("a\0b")).Message.ShouldNotContain('\0');
    }

    private static void Fetch(string message) => throw new IOException(message);

    private static void Store(string message) => throw new IOException(message);

    private static JobFailure Caught(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception)
        {
            return JobFailure.From(exception);
        }

        throw new InvalidOperationException("Nothing was thrown.");
    }
}
