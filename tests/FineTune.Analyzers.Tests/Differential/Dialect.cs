namespace FineTune.Analyzers.Tests.Differential;

/// <summary>
/// The calls of a random program, what they look like and what they do to the tracking stub. Two owners (models), two
/// names for owners and three variables for subjects (what is built over an owner: a compiled model, an optimizer).
/// </summary>
internal abstract class Dialect
{
    /// <summary>How many kinds of <see cref="Act"/> there are.</summary>
    public abstract int Kinds { get; }

    /// <summary>The state of an owner that nobody has changed, and that of one of which nobody can tell.</summary>
    public const int Untouched = 0,
        Unknown = -1;

    /// <summary>What is known of an owner's state once other methods of the object may have run.</summary>
    public abstract int Settle(int trainability);

    /// <summary>Whether an act changes owners.</summary>
    public abstract bool ChangesOwner(Act act);

    /// <summary>The subject that an act assigns; null where it assigns none.</summary>
    public abstract int? Assigned(Act act);

    /// <summary>Whether a subject is surely stale: it was built over an owner that trained something else.</summary>
    public static bool IsStale(Memory memory, Subject subject) =>
        subject.Owner >= 0 && memory.Trainability(subject.Owner) is var now
        && now != Unknown && subject.Bound != Unknown && now != subject.Bound;

    /// <summary>Whether the first operand of this kind of act is an owner, not a subject.</summary>
    public abstract bool IsOnOwner(int kind);

    public abstract string OwnerType { get; }

    public abstract string SubjectType { get; }

    /// <summary>How a subject is built over an owner.</summary>
    public abstract string Build(string owner);

    public abstract string Write(Act act);

    public abstract bool Offers(ConditionKind condition);

    /// <summary>What the act does; false where it ends the path with what a stale use throws.</summary>
    public abstract bool Run(Act act, Memory memory, int depth, Action<Act, int> stale);

    /// <summary>Whether a stale use throws; where it does not, nothing more is said of the path.</summary>
    public abstract bool StaleThrows { get; }

    /// <summary>Whether an owner in this state counts as frozen; null where the analyzer cannot know.</summary>
    public virtual bool? IsFrozen(int trainability) => null;

    /// <summary>How often an act may throw before it does anything: a call may, an assignment may not.</summary>
    public abstract bool Calls(Act act);

    public static string OwnerName(int index) => index == 2 ? "a" : $"m{index}";

    public static string SubjectName(int index) => $"c{index}";
}
