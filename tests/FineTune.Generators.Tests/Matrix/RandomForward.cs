namespace FineTune.Generators.Tests.Matrix;

/// <summary>
/// Draws annotated classes whose forward pass is any sequence of what people write there: locals assigned once or again,
/// tuples, branches and loops that no tensor decides, calls of modules, functions, extension and own methods. Every
/// value is [N, 8], so that any can stand for any.
/// </summary>
internal sealed class RandomForward(int seed)
{
    private readonly Random random = new(seed);
    private readonly List<string> tensors = [];
    private int locals;

    /// <summary>What all the classes call.</summary>
    public const string Parts =
        """
        public static class Functions
        {
            public static Tensor Halved(this Tensor x) => x / 2;

            public static Tensor Mix(Tensor one, Tensor other) => one * 0.25 + other;
        }

        public sealed class Squashed : Module<Tensor, Tensor>
        {
            private readonly Linear fc = Linear(8, 8);
            private readonly ReLU first = ReLU(inplace: true);
            private readonly bool late;

            public Squashed(bool late) : base("squashed")
            {
                this.late = late;
                RegisterComponents();
            }

            public override Tensor forward(Tensor x) => late ? first.call(fc.call(x)) : fc.call(first.call(x));
        }
        """;

    /// <summary>The source of a class of that number, and of its backbone's.</summary>
    public string Class(int number)
    {
        var ownBackbone = random.Next(3) > 0;
        var backbone = ownBackbone ? $"new Encoder{number}()" : """Sequential(("fc1", Linear(8, 8)), ("norm", BatchNorm1d(8)), ("relu", ReLU()), ("fc2", Linear(8, 8)))""";
        return $$"""
            {{(ownBackbone ? Encoder(number) : "")}}
            public sealed partial class Model{{number}} : Module<Tensor, Tensor>
            {
                [Backbone] private readonly {{(ownBackbone ? $"Encoder{number}" : "Sequential")}} backbone = {{backbone}};
                [Backbone] private readonly Linear side = Linear(8, 8);
                [Frozen] private readonly Linear teacher = Linear(8, 8);
                [Head] private readonly {{Hidden()}};
                [Frozen] private readonly ReLU clip;
                [Head] private readonly Linear head = Linear(8, 1);
                private readonly Tensor mean = full(1, 0.5f);
                internal readonly double scale = 0.75;
                internal readonly bool flag = {{(random.Next(2) == 0 ? "true" : "false")}};

                public Model{{number}}() : base("model")
                {
                    clip = ReLU({{(random.Next(2) == 0 ? "true" : "")}});
                    RegisterComponents();
                }

                public override Tensor forward(Tensor x)
                {
                    {{Body(["backbone", "backbone", "side", "teacher", "hidden", "clip"], "head.call(", ")")}}
                }

                private Tensor Centred(Tensor x) => (x - mean) * scale;
            }
            """;
    }

    private string Hidden() => random.Next(3) switch
    {
        0 => "Sequential hidden = Sequential(ReLU(inplace: true), Linear(8, 8))",
        1 => $"Squashed hidden = new Squashed({(random.Next(2) == 0 ? "true" : "false")})",
        _ => "Linear hidden = Linear(8, 8)",
    };

    private string Encoder(int number) =>
        $$"""
        public sealed class Encoder{{number}} : Module<Tensor, Tensor>
        {
            private readonly Linear stem = Linear(8, 8);
            private readonly Sequential body = Sequential(("fc", Linear(8, 8)), ("norm", BatchNorm1d(8)), ("last", Linear(8, 8)));
            internal readonly Linear top = Linear(8, 8);
            internal readonly double scale = 0.5;
            internal readonly bool flag = true;

            public Encoder{{number}}() : base("encoder") => RegisterComponents();

            public override Tensor forward(Tensor x)
            {
                {{(random.Next(3) > 0 ? Line() : Body(["stem", "body", "top"], "", ""))}}
            }

            private Tensor Centred(Tensor x) => x - scale;
        }
        """;

    /// <summary>Steps that each go on from the last alone.</summary>
    private string Line()
    {
        var text = "";
        string[] modules = ["stem", "body", "top"];
        random.Shuffle(modules);
        foreach (var module in modules)
        {
            text += random.Next(4) switch
            {
                0 => $"x = {module}.call(x).relu();\n",
                1 => $"x = x + this.{module}.call(x) * scale;\n",
                2 => $"var v{++locals} = {module}.call(torch.nn.functional.relu(x)).Halved(); x = v{locals} * 2;\n",
                _ => $"x = {module}.call(x);\n",
            };
        }

        return text + "return x.tanh();";
    }

    private string Body(string[] modules, string open, string close)
    {
        tensors.Clear();
        tensors.Add("x");
        var scoped = random.Next(4) == 0;
        var lines = new List<string> { "var factor = scale / 2;" };
        if (scoped)
        {
            lines.Add("using var scope = NewDisposeScope();");
        }

        for (var statements = random.Next(1, 7); statements > 0; statements--)
        {
            lines.Add(Statement(modules));
        }

        lines.Add($"return {open}{Expression(modules, 2)}{close}{(scoped ? ".MoveToOuterDisposeScope()" : "")};");
        return string.Join("\n", lines);
    }

    private string Statement(string[] modules)
    {
        switch (random.Next(9))
        {
            case 0:
                return $"{Any()} = {Expression(modules, 2)}.tanh();";
            case 1:
                return $"{Any()} += {Expression(modules, 1)};";
            case 2:
                var (first, second) = ($"v{++locals}", $"v{++locals}");
                var pair = $"var ({first}, {second}) = ({Expression(modules, 1)}, {Expression(modules, 1)});";
                tensors.AddRange([first, second]);
                return pair;
            case 3:
                return $"if (flag) {{ {Any()} = {Expression(modules, 1)}.tanh(); }} else {{ {Any()} = {Expression(modules, 1)}.tanh(); }}";
            case 4:
                return $"for (var i = 0; i < 2; i++) {Any()} = {Expression(modules, 1)}.tanh();";
            case 5:
                return "if (x.dim() != 2) throw new ArgumentException(nameof(x));";
            default:
                var value = Expression(modules, 3);
                tensors.Add($"v{++locals}");
                return $"var v{locals} = {value};";
        }
    }

    private string Any() => tensors[random.Next(tensors.Count)];

    private string Expression(string[] modules, int depth)
    {
        if (depth == 0)
        {
            return Any();
        }

        string Inner() => Expression(modules, depth - 1);
        return random.Next(12) switch
        {
            0 or 1 or 2 or 3 => $"{modules[random.Next(modules.Length)]}.call({Inner()})",
            4 => $"({Inner()} + {Inner()})",
            5 => $"{Inner()}.relu()",
            6 => $"(torch.nn.functional.relu({Inner()}) * factor)",
            7 => $"{Inner()}.Halved()",
            8 => $"Functions.Mix({Inner()}, {Inner()})",
            9 => $"Centred({Inner()})",
            10 => $"(flag ? {Inner()} : {Inner()})",
            _ => Any(),
        };
    }
}
