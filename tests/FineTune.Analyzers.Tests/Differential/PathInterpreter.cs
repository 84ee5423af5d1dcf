namespace FineTune.Analyzers.Tests.Differential;

/// <summary>
/// Runs a random program on every path: each call may throw, each coin falls both ways, each argument has each value.
/// Paths that reach the same statement with the same memory go on the same way, so that loops come to an end.
/// </summary>
internal sealed class PathInterpreter(RandomProgram program, Dialect dialect)
{
    private readonly HashSet<int> stale = [];
    private readonly Dictionary<int, IReadOnlySet<int>> told = [];
    private IReadOnlySet<int> toldItself = new HashSet<int>();
    private Method method = program.Main;
    private int depth;

    /// <summary>The acts and calls of the main method that are stale on some path.</summary>
    public static IReadOnlySet<int> StaleIn(RandomProgram program, Dialect dialect)
    {
        var interpreter = new PathInterpreter(program, dialect);
        foreach (var start in interpreter.Entries())
        {
            if (program.Constructor is null)
            {
                Build(start, 0, Memory.Subjects);
            }
            else
            {
                start[Memory.Subjects - 1] = new(0, start.Trainability(0), 0);
            }

            interpreter.Run(program.Main.Body, start);
        }

        return interpreter.stale;
    }

    /// <summary>The acts of a helper that are stale on some path, whoever calls it.</summary>
    public static IReadOnlySet<int> StaleIn(RandomProgram program, int helper, Dialect dialect)
    {
        var interpreter = new PathInterpreter(program, dialect) { method = program.Helpers[helper] };
        foreach (var start in interpreter.Entries())
        {
            interpreter.PrepareHelper(start, 0);
            interpreter.Run(interpreter.method.Body, start);
        }

        return interpreter.stale;
    }

    /// <summary>The acts of the constructor of an object that are stale on some path.</summary>
    public static IReadOnlySet<int> StaleInConstructor(RandomProgram program, Dialect dialect)
    {
        var interpreter = new PathInterpreter(program, dialect);
        interpreter.Construct();
        return interpreter.stale;
    }

    /// <summary>The memories in which a method may be entered: with any arguments, and the fields as a constructor left them.</summary>
    private IEnumerable<Memory> Entries()
    {
        if (program.Constructor is null)
        {
            return Starts();
        }

        var made = Construct().Select(Settle).Distinct().ToList();
        stale.Clear();
        return
            from start in Starts()
            from memory in made
            select Enter(memory.Copy(), start);
    }

    private static Memory Enter(Memory memory, Memory arguments)
    {
        memory.Case = arguments.Case;
        for (var i = 0; i < Memory.Parameters; i++)
        {
            memory.SetParameter(i, arguments.Parameter(i));
        }

        return memory;
    }

    private HashSet<Memory> Construct()
    {
        var made = new HashSet<Memory>();
        foreach (var flag in new[] { true, false })
        {
            var start = new Memory();
            start.SetParameter(0, flag);
            Build(start, 0, Memory.Subjects);
            made.UnionWith(
                Run(program.Constructor!, start).Where(end => end.Outcome is Outcome.Normal or Outcome.Return).Select(end => end.Memory));
        }

        return made;
    }

    /// <summary>What a constructor left that holds whichever methods have run since.</summary>
    private Memory Settle(Memory made)
    {
        var settled = new Memory();
        var ownersChange = program.Statements.OfType<Act>().Any(dialect.ChangesOwner);
        for (var owner = 0; owner < Memory.Owners; owner++)
        {
            settled.SetTrainability(owner, ownersChange ? dialect.Settle(made.Trainability(owner)) : made.Trainability(owner));
        }

        settled[RandomProgram.ReadOnlyField] = made[RandomProgram.ReadOnlyField];
        if (!program.Written.OfType<Act>().Any(act => dialect.Assigned(act) == RandomProgram.Field))
        {
            settled[RandomProgram.Field] = made[RandomProgram.Field];
        }

        return settled;
    }

    private static void Build(Memory memory, int first, int count)
    {
        for (var subject = first; subject < count; subject++)
        {
            memory[subject] = new(subject % Memory.Owners, memory.Trainability(subject % Memory.Owners), 0);
        }
    }

    private static IEnumerable<Memory> Starts()
    {
        for (var bits = 0; bits < 1 << Memory.Parameters; bits++)
        {
            for (var chosen = 0; chosen < 3; chosen++)
            {
                var memory = new Memory { Case = chosen };
                for (var i = 0; i < Memory.Parameters; i++)
                {
                    memory.SetParameter(i, (bits >> i & 1) == 1);
                }

                yield return memory;
            }
        }
    }

    private void PrepareHelper(Memory memory, int depth)
    {
        memory.PointAlias(0);
        memory.Flag = false;
        var built = new Subject(0, memory.Trainability(0), depth);
        if (program.Constructor is null)
        {
            memory[1] = built;
            memory[2] = memory[0];
        }
        else
        {
            memory[2] = built;
        }
    }

    private HashSet<(Outcome Outcome, Memory Memory)> Run(Node node, Memory memory)
    {
        switch (node)
        {
            case Block block:
                return RunBlock(block, memory);
            case Act act:
                return RunAct(act, memory);
            case SetFlag set:
                var flagged = memory.Copy();
                flagged.Flag = set.Value;
                return [(Outcome.Normal, flagged)];
            case Reroll reroll:
                return RunReroll(reroll, memory);
            case If branch:
                var results = new HashSet<(Outcome, Memory)>();
                foreach (var outcome in Ask(branch.Condition, memory, results))
                {
                    var taken = outcome ? branch.Then : branch.Else;
                    results.UnionWith(taken is null ? [(Outcome.Normal, memory)] : Run(taken, memory));
                }

                return results;
            case While loop:
                return RunLoop(loop, memory);
            case Switch choice:
                return Unbroken(Run(memory.Case < choice.Cases.Count ? choice.Cases[memory.Case] : choice.Default, memory));
            case Try attempt:
                return RunTry(attempt, memory);
            case Jump jump:
                return [(jump.Kind switch
                {
                    JumpKind.Break => Outcome.Break,
                    JumpKind.Continue => Outcome.Continue,
                    JumpKind.Return => Outcome.Return,
                    JumpKind.Throw => Outcome.InvalidOperation,
                    _ => Outcome.Goto,
                }, memory)];
            case CallHelper call:
                return program.Constructor is null ? RunHelper(call, memory) : RunMethod(call, memory);
            case Callback callback:
                return RunCallback(callback, memory);
            case CallLocal call:
                var ends = MayThrow(memory);
                foreach (var (outcome, after) in Run(method.Locals[call.Local], memory))
                {
                    ends.Add((outcome == Outcome.Return ? Outcome.Normal : outcome, after));
                }

                return ends;
            default:
                throw new InvalidOperationException($"{node.GetType().Name} is not a statement.");
        }
    }

    private HashSet<(Outcome, Memory)> RunBlock(Block block, Memory memory)
    {
        var results = new HashSet<(Outcome, Memory)>();
        var running = new HashSet<Memory> { memory };
        foreach (var statement in block.Statements)
        {
            var next = new HashSet<Memory>();
            foreach (var (outcome, after) in running.SelectMany(current => Run(statement, current)))
            {
                if (outcome == Outcome.Normal)
                {
                    next.Add(after);
                }
                else
                {
                    results.Add((outcome, after));
                }
            }

            running = next;
        }

        results.UnionWith(running.Select(after => (Outcome.Normal, after)));
        return results;
    }

    private HashSet<(Outcome, Memory)> RunAct(Act act, Memory memory)
    {
        var results = dialect.Calls(act) ? MayThrow(memory) : [];
        var after = memory.Copy();
        var goesOn = dialect.Run(act, after, depth, (use, created) =>
        {
            if (created >= depth)
            {
                Blame(use.Id);
            }
            else
            {
                blamed |= !toldItself.Contains(use.Id);
            }
        });
        if (goesOn || dialect.StaleThrows)
        {
            results.Add((goesOn ? Outcome.Normal : Outcome.Stale, after));
        }

        return results;
    }

    /// <summary>A stale use in a helper of what the caller handed in: the caller's mistake.</summary>
    private bool blamed;

    private void Blame(int id)
    {
        if (depth == 0)
        {
            stale.Add(id);
        }
    }

    private static HashSet<(Outcome, Memory)> RunReroll(Reroll reroll, Memory memory)
    {
        var results = MayThrow(memory);
        foreach (var value in new[] { true, false })
        {
            var after = memory.Copy();
            after.SetParameter(reroll.Parameter, value);
            results.Add((Outcome.Normal, after));
        }

        return results;
    }

    private HashSet<(Outcome, Memory)> RunLoop(While loop, Memory memory)
    {
        var results = new HashSet<(Outcome, Memory)>();
        var seen = new HashSet<Memory>();
        var heads = new Stack<Memory>();
        void Head(Memory current)
        {
            if (!seen.Add(current))
            {
                return;
            }

            foreach (var outcome in Ask(loop.Condition, current, results))
            {
                if (outcome)
                {
                    heads.Push(current);
                }
                else
                {
                    results.Add((Outcome.Normal, current));
                }
            }
        }

        void Body(Memory current)
        {
            foreach (var (outcome, after) in Run(loop.Body, current))
            {
                if (outcome is Outcome.Normal or Outcome.Continue)
                {
                    Head(after);
                }
                else
                {
                    results.Add((outcome == Outcome.Break ? Outcome.Normal : outcome, after));
                }
            }
        }

        if (loop.AtLeastOnce)
        {
            Body(memory);
        }
        else
        {
            Head(memory);
        }

        while (heads.Count > 0)
        {
            Body(heads.Pop());
        }

        return results;
    }

    private static HashSet<(Outcome, Memory)> Unbroken(HashSet<(Outcome Outcome, Memory Memory)> results) =>
        [.. results.Select(result => (result.Outcome == Outcome.Break ? Outcome.Normal : result.Outcome, result.Memory))];

    private HashSet<(Outcome, Memory)> RunTry(Try attempt, Memory memory)
    {
        var results = new HashSet<(Outcome, Memory)>();
        foreach (var (outcome, after) in Run(attempt.Body, memory))
        {
            var isCaught = (attempt.Catch, outcome) switch
            {
                (CatchKind.Any, Outcome.InvalidOperation or Outcome.OtherException or Outcome.Stale) => true,
                (CatchKind.InvalidOperation, Outcome.InvalidOperation) => true,
                _ => false,
            };
            results.UnionWith(isCaught ? Run(attempt.Handler, after) : [(outcome, after)]);
        }

        if (attempt.Finally is null)
        {
            return results;
        }

        var finished = new HashSet<(Outcome, Memory)>();
        foreach (var (pending, before) in results)
        {
            foreach (var (outcome, after) in Run(attempt.Finally, before))
            {
                finished.Add((outcome == Outcome.Normal ? pending : outcome, after));
            }
        }

        return finished;
    }

    private HashSet<(Outcome, Memory)> RunHelper(CallHelper call, Memory memory)
    {
        var results = MayThrow(memory);
        var owner = memory.Owner(call.Owner);
        int Map(int index) => owner == 0 ? index : 1 - index;
        Subject Carry(Subject subject) => subject.Owner < 0 ? subject : subject with { Owner = Map(subject.Owner) };

        var entry = new Memory { Case = 0 };
        for (var i = 0; i < Memory.Owners; i++)
        {
            entry.SetTrainability(Map(i), memory.Trainability(i));
        }

        entry[0] = Carry(memory[call.Argument]);
        entry.SetParameter(0, memory.Parameter(call.Flag));
        PrepareHelper(entry, depth: 1);

        var (outerMethod, outerDepth, outerTold) = (method, depth, toldItself);
        (method, depth, toldItself) = (program.Helpers[call.Helper], 1, ToldIn(call.Helper));
        foreach (var (outcome, end) in MayThrow(entry).Concat(Run(method.Body, entry)))
        {
            var after = memory.Copy();
            for (var i = 0; i < Memory.Owners; i++)
            {
                after.SetTrainability(i, end.Trainability(Map(i)));
            }

            if (outcome is Outcome.Normal or Outcome.Return)
            {
                after[call.Result] = Carry(end[0]) is { Owner: >= 0 } bound ? bound with { Depth = 0 } : Subject.Unbound;
            }

            results.Add((outcome == Outcome.Return ? Outcome.Normal : outcome, after));
        }

        (method, depth, toldItself) = (outerMethod, outerDepth, outerTold);
        if (blamed)
        {
            Blame(call.Id);
        }

        blamed = false;
        return results;
    }

    /// <summary>Calls another method of the same object, which sees the same fields.</summary>
    private HashSet<(Outcome, Memory)> RunMethod(CallHelper call, Memory memory)
    {
        var results = MayThrow(memory);
        var entry = memory.Copy();
        for (var i = 0; i < Memory.Parameters; i++)
        {
            entry.SetParameter(i, i == 0 && memory.Parameter(call.Flag));
        }

        entry.Case = 0;
        PrepareHelper(entry, depth: 1);

        var (outerMethod, outerDepth, outerTold) = (method, depth, toldItself);
        (method, depth, toldItself) = (program.Helpers[call.Helper], 1, ToldIn(call.Helper));
        foreach (var (outcome, end) in MayThrow(entry).Concat(Run(method.Body, entry)))
        {
            var after = memory.Copy();
            for (var i = 0; i < Memory.Owners; i++)
            {
                after.SetTrainability(i, end.Trainability(i));
            }

            for (var field = 0; field <= RandomProgram.Field; field++)
            {
                after[field] = end[field] with { Depth = 0 };
            }

            results.Add((outcome == Outcome.Return ? Outcome.Normal : outcome, after));
        }

        (method, depth, toldItself) = (outerMethod, outerDepth, outerTold);
        if (blamed)
        {
            Blame(call.Id);
        }

        blamed = false;
        return results;
    }

    private IReadOnlySet<int> ToldIn(int helper)
    {
        if (!told.TryGetValue(helper, out var known))
        {
            told.Add(helper, known = StaleIn(program, helper, dialect));
        }

        return known;
    }

    /// <summary>Runs a lambda as often as may be, or once.</summary>
    private HashSet<(Outcome, Memory)> RunCallback(Callback callback, Memory memory)
    {
        var results = MayThrow(memory);
        var seen = new HashSet<Memory>();
        var pending = new Stack<Memory>([memory]);
        while (pending.Count > 0)
        {
            var current = pending.Pop();
            if (!seen.Add(current))
            {
                continue;
            }

            if (callback.IsRepeated)
            {
                results.Add((Outcome.Normal, current));
            }

            foreach (var (outcome, after) in Run(callback.Body, current))
            {
                if (outcome is not (Outcome.Normal or Outcome.Return))
                {
                    results.Add((outcome, after));
                }
                else if (callback.IsRepeated)
                {
                    pending.Push(after);
                }
                else
                {
                    results.Add((Outcome.Normal, after));
                }
            }

            if (!callback.IsRepeated)
            {
                break;
            }
        }

        return results;
    }

    /// <summary>The ways in which a condition may come out; a coin is a call, and may throw.</summary>
    private IEnumerable<bool> Ask(Condition condition, Memory memory, HashSet<(Outcome, Memory)> results)
    {
        bool? answer = null;
        switch (condition.Kind)
        {
            case ConditionKind.Parameter:
                answer = memory.Parameter(condition.Index);
                break;
            case ConditionKind.Flag:
                answer = memory.Flag;
                break;
            case ConditionKind.IsFrozen:
                answer = dialect.IsFrozen(memory.Trainability(memory.Owner(condition.Index)));
                break;
            case ConditionKind.IsStale when memory[condition.Index] is { Owner: >= 0 } subject:
                answer = memory.Trainability(subject.Owner) == Dialect.Unknown || subject.Bound == Dialect.Unknown
                    ? null
                    : Dialect.IsStale(memory, subject);
                break;
            case ConditionKind.Coin:
                results.UnionWith(MayThrow(memory));
                break;
        }

        return answer is { } known ? [known != condition.Negated] : [true, false];
    }

    private static HashSet<(Outcome, Memory)> MayThrow(Memory memory) =>
        [(Outcome.InvalidOperation, memory), (Outcome.OtherException, memory)];

    private enum Outcome
    {
        Normal,
        Break,
        Continue,
        Return,
        Goto,
        InvalidOperation,
        OtherException,
        Stale,
    }
}
