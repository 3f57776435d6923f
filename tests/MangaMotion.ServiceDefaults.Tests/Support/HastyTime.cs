namespace MangaMotion.ServiceDefaults.Tests.Support;

/// <summary>Clock whose timers fire 20 times as fast.</summary>
internal sealed class HastyTime : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime / 20, period / 20);
}
