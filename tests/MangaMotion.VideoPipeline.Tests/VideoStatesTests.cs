using System.Text;
using MangaMotion.VideoPipeline.Saga;
using MangaMotion.Videos;
using MassTransit;
using MassTransit.SagaStateMachine;

namespace MangaMotion.VideoPipeline.Tests;

/// <summary>Agreement of the diagram in docs/videos.md with the state machine.</summary>
public sealed class VideoStatesTests
{
    private const string Begin = "<!-- states -->\n";
    private const string End = "<!-- /states -->\n";

    [Fact]
    public void The_diagram_on_the_page_shows_the_machine()
    {
        var machine = new VideoStateMachine();
        var transitions = new Transitions();
        machine.Accept(transitions);
        var diagram = Draw(machine, transitions.Found);

        var page = Path.Combine(Root(), "docs", "videos.md");
        var text = File.ReadAllText(page);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("MANGAMOTION_WRITE_GOLDENS") == "1")
            File.WriteAllText(page, string.Concat(text.AsSpan(0, begin), diagram, text.AsSpan(end)));
        else
            text[begin..end].ShouldBe(diagram, "Run it with MANGAMOTION_WRITE_GOLDENS=1 to write the diagram again.");
        transitions.Found.ShouldContain((VideoStates.VideoGen, "Advanced", VideoStates.Compositing));
        transitions.Found.ShouldAllBe(
            found => found.From != VideoStates.Completed || found.On == "Started", "only a new start changes a finished video");
    }

    [Fact]
    public void The_states_of_the_machine_are_the_constants()
    {
        var constants = typeof(VideoStates).GetFields().Select(field => (string)field.GetRawConstantValue()!);

        new VideoStateMachine().States.Select(state => state.Name).Where(name => name != "Final").ShouldBe(constants, ignoreOrder: true);
    }

    /// <summary>
    /// Draws the states from left to right, and the transitions of a repeated start below. A start of an existing video resumes it at the
    /// first stage that is not done, from every state. That is drawn once, from a box around these states.
    /// </summary>
    private static string Draw(VideoStateMachine machine, HashSet<(string From, string On, string To)> found)
    {
        var (advances, starts) =
            (found.Where(way => way.On != machine.Started.Name).ToList(), found.Where(way => way.On == machine.Started.Name).ToList());
        var diagram = new StringBuilder("```mermaid\nstateDiagram-v2\n    direction LR\n");
        var fresh = starts.Single(way => way.From == machine.Initial.Name);
        State[] order =
            [machine.ScriptGen, machine.AwaitingApproval, machine.VoiceGen, machine.VideoGen, machine.Compositing, machine.Completed,
                machine.Stopped];
        diagram.Append($"    state Video {{\n        [*] --> {fresh.To}: {fresh.On}\n");
        foreach (var (from, on, to) in advances.OrderBy(way => Place(way.From)).ThenBy(way => Place(way.To)))
            diagram.Append($"        {from} --> {to}: {on}\n");
        diagram.Append("    }\n    state Resume <<choice>>\n");
        // The box is correct only if every state resumes at the same states.
        var resumed = starts.Where(way => way != fresh).ToLookup(way => way.From, way => way.To);
        var targets = resumed[order[0].Name].OrderBy(Place).ToList();
        foreach (var state in order)
            resumed[state.Name].OrderBy(Place).SequenceEqual(targets).ShouldBeTrue($"{state} resumes elsewhere than other states; draw it");
        diagram.Append($"    Video --> Resume: {machine.Started.Name}\n");
        foreach (var to in targets)
            diagram.Append($"    Resume --> {to}\n");
        return diagram.Append("```\n").ToString();

        int Place(string state) => Array.FindIndex(order, known => known.Name == state) is var at and >= 0
            ? at
            : throw new InvalidOperationException($"The diagram has no place for {state}.");
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

    /// <summary>Visitor that records the transitions of the machine.</summary>
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
