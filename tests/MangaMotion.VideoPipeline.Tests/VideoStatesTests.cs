using System.Text;
using MangaMotion.VideoPipeline.Saga;
using MassTransit;
using MassTransit.SagaStateMachine;

namespace MangaMotion.VideoPipeline.Tests;

/// <summary>The diagram in docs/videos.md is the machine.</summary>
public sealed class VideoStatesTests
{
    private const string Begin = "<!-- states -->\n";
    private const string End = "<!-- /states -->\n";

    [Fact]
    public void The_diagram_on_the_page_is_that_of_the_machine()
    {
        var machine = new VideoStateMachine();
        var transitions = new Transitions();
        machine.Accept(transitions);
        var diagram = new StringBuilder("```mermaid\nstateDiagram-v2\n    [*] --> Initial\n");
        foreach (var (from, on, to) in transitions.Found.OrderBy(found => found, Comparer<(string, string, string)>.Default))
            diagram.Append($"    {from} --> {to}: {on}\n");
        diagram.Append("```\n");

        var page = Path.Combine(Root(), "docs", "videos.md");
        var text = File.ReadAllText(page);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("MANGAMOTION_WRITE_GOLDENS") == "1")
            File.WriteAllText(page, string.Concat(text.AsSpan(0, begin), diagram.ToString(), text.AsSpan(end)));
        else
            text[begin..end].ShouldBe(diagram.ToString(), "Run it with MANGAMOTION_WRITE_GOLDENS=1 to write the diagram anew.");
        transitions.Found.ShouldContain(("Filming", "Advanced", "Composing"));
        transitions.Found.ShouldAllBe(found => found.From != "Completed" || found.On == "Started", "nothing but a new start unseats a finished video");
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MangaMotion.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The tests run outside a clone of the repository.");
    }

    /// <summary>Walks through the machine: which event leads from which state to which.</summary>
    private sealed class Transitions : StateMachineVisitor
    {
        private string _state = "";
        private string _event = "";

        public HashSet<(string From, string On, string To)> Found { get; } = [];

        public void Visit(State state, Action<State> next)
        {
            _state = state.Name;
            next(state);
        }

        public void Visit(Event @event, Action<Event> next)
        {
            _event = @event.Name;
            next(@event);
        }

        public void Visit<TMessage>(Event<TMessage> @event, Action<Event<TMessage>> next)
            where TMessage : class
        {
            _event = @event.Name;
            next(@event);
        }

        public void Visit(IStateMachineActivity activity) => Visit(activity, _ => { });

        public void Visit<T>(IBehavior<T> behavior)
            where T : class, SagaStateMachineInstance
        {
        }

        public void Visit<T>(IBehavior<T> behavior, Action<IBehavior<T>> next)
            where T : class, SagaStateMachineInstance => next(behavior);

        public void Visit<T, TMessage>(IBehavior<T, TMessage> behavior)
            where T : class, SagaStateMachineInstance
            where TMessage : class
        {
        }

        public void Visit<T, TMessage>(IBehavior<T, TMessage> behavior, Action<IBehavior<T, TMessage>> next)
            where T : class, SagaStateMachineInstance
            where TMessage : class => next(behavior);

        public void Visit(IStateMachineActivity activity, Action<IStateMachineActivity> next)
        {
            if (activity is TransitionActivity<VideoState> transition)
                Found.Add((_state, _event, transition.ToState.Name));
            next(activity);
        }
    }
}
