namespace FineTune.Analyzers.Tests.Differential;

/// <summary>A random program, as a tree that can be written as C# and run by <see cref="PathInterpreter"/>.</summary>
internal abstract record Node;

internal sealed record Block(IReadOnlyList<Node> Statements) : Node;

/// <summary>One call or assignment of the dialect. Its <see cref="Id"/> is unique in the program.</summary>
internal sealed record Act(int Id, int Kind, int First, int Second) : Node;

internal sealed record SetFlag(bool Value) : Node;

/// <summary>Assigns an argument of the method anew: what was known of it is void.</summary>
internal sealed record Reroll(int Parameter) : Node;

internal sealed record If(Condition Condition, Node Then, Node? Else) : Node;

internal sealed record While(Condition Condition, Node Body, bool AtLeastOnce) : Node;

internal sealed record Switch(IReadOnlyList<Node> Cases, Node Default) : Node;

internal sealed record Try(Node Body, CatchKind Catch, Node Handler, Node? Finally) : Node;

internal sealed record Jump(JumpKind Kind) : Node;

/// <summary><c>c1 = Helper(m0, c2, p1)</c>.</summary>
internal sealed record CallHelper(int Id, int Helper, int Result, int Owner, int Argument, int Flag) : Node;

/// <summary>A lambda that the base library runs where it stands: for each of some elements, or once on another thread.</summary>
internal sealed record Callback(int Id, Block Body, bool IsRepeated) : Node;

/// <summary>A call of a local function or of a lambda.</summary>
internal sealed record CallLocal(int Id, int Local) : Node;

internal enum CatchKind
{
    None,
    InvalidOperation,
    Any,
}

internal enum JumpKind
{
    Break,
    Continue,
    Return,
    Throw,
    GotoEnd,
}

/// <summary>What a branch asks.</summary>
internal sealed record Condition(ConditionKind Kind, int Index, bool Negated);

internal enum ConditionKind
{
    /// <summary>An argument of the method, the same at every question unless it is assigned.</summary>
    Parameter,

    /// <summary>Either, at every question anew.</summary>
    Coin,

    /// <summary>A local that the program assigns constants to.</summary>
    Flag,

    /// <summary>Of an owner: whether its backbone is frozen.</summary>
    IsFrozen,

    /// <summary>Of a subject: whether it is stale.</summary>
    IsStale,
}

/// <summary>A method with its local functions.</summary>
internal sealed record Method(Block Body, IReadOnlyList<Block> Locals, bool IsHelper);

/// <summary>A program: one method that may call helpers.</summary>
/// <param name="Main">The method.</param>
/// <param name="Helpers">What it calls: static methods that it hands owners and subjects to, or methods of the same object.</param>
/// <param name="Constructor">
/// What makes the object whose methods these are, with owners and subjects in fields; null where they are static methods.
/// </param>
/// <param name="IsAsync">Whether the methods of an object are.</param>
internal sealed record RandomProgram(Method Main, IReadOnlyList<Method> Helpers, Block? Constructor = null, bool IsAsync = false)
{
    /// <summary>The subject that the constructor of an object assigns for good, and the one that others may assign, too.</summary>
    public const int ReadOnlyField = 0, Field = 1;

    /// <summary>Every statement that may run once there is an object: of the method that others may call, and of what it calls.</summary>
    public IEnumerable<Node> Statements
    {
        get
        {
            var own = StatementsOf(Main).ToList();
            return own.Concat(own.OfType<CallHelper>().Select(call => call.Helper).Distinct().SelectMany(i => StatementsOf(Helpers[i])));
        }
    }

    /// <summary>Every statement of the methods, whether or not anyone calls them.</summary>
    public IEnumerable<Node> Written => Helpers.Append(Main).SelectMany(StatementsOf);

    private static IEnumerable<Node> StatementsOf(Method method) => method.Locals.Append(method.Body).SelectMany(Within);

    private static IEnumerable<Node> Within(Node node) => (node switch
    {
        Block block => block.Statements,
        If branch => branch.Else is null ? [branch.Then] : [branch.Then, branch.Else],
        While loop => [loop.Body],
        Switch choice => [.. choice.Cases, choice.Default],
        Try attempt => attempt.Finally is null ? [attempt.Body, attempt.Handler] : [attempt.Body, attempt.Handler, attempt.Finally],
        Callback callback => [callback.Body],
        _ => Enumerable.Empty<Node>(),
    }).SelectMany(Within).Prepend(node);
}
