namespace FineTune.Analyzers.Tests.Differential;

/// <summary>Draws programs from a seed: any nesting of branches, loops, exceptions and calls around the acts of a dialect.</summary>
internal sealed class ProgramGenerator(int seed, Dialect dialect)
{
    private readonly Random random = new(seed);
    private int nextId;
    private int budget;

    public RandomProgram Next()
    {
        nextId = 0;
        var helpers = Enumerable.Range(0, random.Next(3)).Select(_ => Method(isHelper: true, helpers: 0)).ToList();
        return new(Method(isHelper: false, helpers.Count), helpers);
    }

    private Method Method(bool isHelper, int helpers)
    {
        budget = random.Next(4, isHelper ? 8 : 16);
        var locals = new List<Block>();
        var scope = new Scope(isHelper, helpers, 0);
        for (var i = random.Next(isHelper ? 1 : 3); i > 0; i--)
        {
            locals.Add(Block(scope with { InLocal = true, Depth = 2 }));
        }

        return new(Block(scope with { Locals = locals.Count }), locals, isHelper);
    }

    private Block Block(Scope scope)
    {
        var statements = new List<Node>();
        var count = random.Next(1, scope.Depth == 0 ? 10 : 4);
        for (var i = 0; i < count && budget > 0; i++)
        {
            budget--;
            var statement = Statement(scope with { Depth = scope.Depth + 1 });
            statements.Add(statement);
            if (statement is Jump)
            {
                break;
            }
        }

        return new(statements);
    }

    private Node Statement(Scope scope)
    {
        if (scope.Depth > 3)
        {
            return Act(scope);
        }

        switch (random.Next(22))
        {
            case 0 or 1:
                return new If(Condition(scope), Block(scope), null);
            case 2:
                return new If(Condition(scope), Block(scope), Block(scope));
            case 3:
                return new While(Condition(scope), Block(scope with { InLoop = true, CanContinue = true }), random.Next(3) == 0);
            case 4 when !scope.IsHelper:
                return new Switch(
                    [Block(scope with { CanContinue = scope.CanContinue, InLoop = true }), Block(scope with { InLoop = true })],
                    Block(scope with { InLoop = true }));
            case 5 or 6:
                return Try(scope);
            case 7 when scope.Helpers > 0:
                return new CallHelper(
                    nextId++,
                    random.Next(scope.Helpers),
                    random.Next(3),
                    random.Next(3),
                    random.Next(3),
                    random.Next(Memory.Parameters));
            case 8 when scope.Locals > 0:
                return new CallLocal(nextId++, random.Next(scope.Locals));
            case 9 when Jump(scope) is { } jump:
                return jump;
            case 10:
                return new SetFlag(random.Next(2) == 0);
            case 11:
                return new Reroll(scope.IsHelper ? 0 : random.Next(Memory.Parameters));
            default:
                return Act(scope);
        }
    }

    private Try Try(Scope scope)
    {
        var kind = (CatchKind)random.Next(3);
        var hasFinally = kind == CatchKind.None || random.Next(3) == 0;
        return new(
            Block(scope),
            kind,
            kind == CatchKind.None ? new Block([]) : Block(scope),
            hasFinally ? Block(scope with { InFinally = true, InLoop = false, CanContinue = false }) : null);
    }

    private Jump? Jump(Scope scope) => random.Next(5) switch
    {
        0 when scope.InLoop => new(JumpKind.Break),
        1 when scope.CanContinue => new(JumpKind.Continue),
        2 when !scope.InFinally => new(JumpKind.Return),
        3 => new(JumpKind.Throw),
        4 when !scope.InFinally && !scope.InLocal && !scope.IsHelper => new(JumpKind.GotoEnd),
        _ => null,
    };

    private Act Act(Scope scope)
    {
        var kind = random.Next(dialect.Kinds);
        return new(nextId++, kind, dialect.IsOnOwner(kind) ? Owner(scope) : random.Next(Memory.Subjects), random.Next(Memory.Subjects));
    }

    /// <summary>A helper knows one owner, under two names.</summary>
    private int Owner(Scope scope) => scope.IsHelper ? random.Next(2) * 2 : random.Next(3);

    private Condition Condition(Scope scope)
    {
        while (true)
        {
            var kind = (ConditionKind)random.Next(5);
            if (dialect.Offers(kind))
            {
                var index = kind switch
                {
                    ConditionKind.Parameter => scope.IsHelper ? 0 : random.Next(Memory.Parameters),
                    ConditionKind.IsFrozen => Owner(scope),
                    _ => random.Next(Memory.Subjects),
                };
                return new(kind, index, random.Next(2) == 0);
            }
        }
    }

    private sealed record Scope(bool IsHelper, int Helpers, int Locals)
    {
        public int Depth { get; init; }

        public bool InLoop { get; init; }

        public bool CanContinue { get; init; }

        public bool InFinally { get; init; }

        public bool InLocal { get; init; }
    }
}
