using CsCheck;

namespace FineTune.Analyzers.Tests.Differential;

/// <summary>Draws programs: any nesting of branches, loops, exceptions and calls around the acts of a dialect.</summary>
internal sealed class ProgramGenerator(Dialect dialect) : Gen<RandomProgram>
{
    public override RandomProgram Generate(PCG pcg, Size? min, out Size size)
    {
        var draw = new Draw(pcg, dialect);
        var program = draw.Program();
        size = new((ulong)draw.Statements);
        return program;
    }

    /// <summary>One program while it is drawn.</summary>
    private sealed class Draw(PCG random, Dialect dialect)
    {
        private int nextId;
        private int budget;

        public int Statements { get; private set; }

        public RandomProgram Program()
        {
            var isObject = Next(2) == 0;
            var isAsync = isObject && Next(2) == 0;
            var scope = new Scope(IsHelper: true, 0, 0) { IsObject = isObject, IsAsync = isAsync };
            var helpers = Enumerable.Range(0, isObject ? 2 : Next(3)).Select(_ => Method(scope)).ToList();
            var main = Method(scope with { IsHelper = false, Helpers = helpers.Count });
            budget = 5;
            return new(main, helpers, isObject ? Block(scope with { IsConstructor = true, Depth = 1 }) : null, isAsync);
        }

        private int Next(int count) => (int)random.Next((uint)count);

        private Method Method(Scope scope)
        {
            budget = 4 + Next(scope.IsHelper ? 4 : 12);
            var locals = new List<Block>();
            for (var i = Next(scope.IsHelper ? 1 : 3); i > 0; i--)
            {
                locals.Add(Block(scope with { InLocal = true, Depth = 2 }));
            }

            return new(Block(scope with { Locals = locals.Count }), locals, scope.IsHelper);
        }

        private Block Block(Scope scope)
        {
            var statements = new List<Node>();
            var count = 1 + Next(scope.Depth == 0 ? 9 : 3);
            for (var i = 0; i < count && budget > 0; i++)
            {
                budget--;
                Statements++;
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

            switch (Next(24))
            {
                case 0 or 1:
                    return new If(Condition(scope), Block(scope), null);
                case 2:
                    return new If(Condition(scope), Block(scope), Block(scope));
                case 3:
                    return new While(Condition(scope), Block(scope with { InLoop = true, CanContinue = true }), Next(3) == 0);
                case 4 when !scope.HasOneParameter:
                    return new Switch(
                        [Block(scope with { CanContinue = scope.CanContinue, InLoop = true }), Block(scope with { InLoop = true })],
                        Block(scope with { InLoop = true }));
                case 5 or 6:
                    return Try(scope);
                case 7 when scope.Helpers > 0 && !(scope.IsAsync && scope.InLocal):
                    return new CallHelper(
                        nextId++,
                        Next(scope.Helpers),
                        Next(3),
                        Next(3),
                        Next(3),
                        Next(Memory.Parameters));
                case 8 when scope.Locals > 0:
                    return new CallLocal(nextId++, Next(scope.Locals));
                case 9 when Jump(scope) is { } jump:
                    return jump;
                case 22 when scope.IsObject && !scope.IsConstructor:
                    return new Callback(nextId++, Block(Inside(scope)), IsRepeated: true);
                case 23 when scope.IsAsync && !scope.InLocal && !scope.IsConstructor:
                    return new Callback(nextId++, Block(Inside(scope)), IsRepeated: false);
                case 10:
                    return new SetFlag(Next(2) == 0);
                case 11:
                    return new Reroll(scope.HasOneParameter ? 0 : Next(Memory.Parameters));
                default:
                    return Act(scope);
            }
        }

        private Try Try(Scope scope)
        {
            var kind = (CatchKind)Next(3);
            var hasFinally = kind == CatchKind.None || Next(3) == 0;
            return new(
                Block(scope),
                kind,
                kind == CatchKind.None ? new Block([]) : Block(scope),
                hasFinally ? Block(scope with { InFinally = true, InLoop = false, CanContinue = false }) : null);
        }

        private Jump? Jump(Scope scope) => Next(5) switch
        {
            0 when scope.InLoop => new(JumpKind.Break),
            1 when scope.CanContinue => new(JumpKind.Continue),
            2 when !scope.InFinally => new(JumpKind.Return),
            3 => new(JumpKind.Throw),
            4 when !scope.InFinally && !scope.InLocal && !scope.HasOneParameter => new(JumpKind.GotoEnd),
            _ => null,
        };

        private Act Act(Scope scope)
        {
            var kind = Next(dialect.Kinds);
            var act = new Act(nextId++, kind, dialect.IsOnOwner(kind) ? Owner(scope) : Next(Memory.Subjects), Next(Memory.Subjects));
            var isTooLate = scope is { IsObject: true, IsConstructor: false } && dialect.Assigned(act) == RandomProgram.ReadOnlyField;
            return isTooLate ? act with { Second = 1 + Next(Memory.Subjects - 1) } : act;
        }

        /// <summary>A function that is called where it stands: what leaves it comes back to its caller.</summary>
        private static Scope Inside(Scope scope) =>
            scope with { InLocal = true, InLoop = false, CanContinue = false, InFinally = false };

        /// <summary>A static helper knows one owner, under two names.</summary>
        private int Owner(Scope scope) => scope is { IsHelper: true, IsObject: false } ? Next(2) * 2 : Next(3);

        private Condition Condition(Scope scope)
        {
            while (true)
            {
                var kind = (ConditionKind)Next(5);
                if (dialect.Offers(kind))
                {
                    var index = kind switch
                    {
                        ConditionKind.Parameter => scope.HasOneParameter ? 0 : Next(Memory.Parameters),
                        ConditionKind.IsFrozen => Owner(scope),
                        _ => Next(Memory.Subjects),
                    };
                    return new(kind, index, Next(2) == 0);
                }
            }
        }

        private sealed record Scope(bool IsHelper, int Helpers, int Locals)
        {
            public bool IsObject { get; init; }

            public bool IsAsync { get; init; }

            public bool IsConstructor { get; init; }

            public bool HasOneParameter => IsHelper || IsConstructor;

            public int Depth { get; init; }

            public bool InLoop { get; init; }

            public bool CanContinue { get; init; }

            public bool InFinally { get; init; }

            public bool InLocal { get; init; }
        }
    }
}
