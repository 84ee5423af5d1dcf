namespace FineTune.Generators.Tests.Matrix;

/// <summary>A backbone from 3×6×6 pictures to 8 features, and what a person knows of its layers.</summary>
/// <param name="Name">What tests call it.</param>
/// <param name="Expression">How it is built.</param>
/// <param name="Layers">Its leaf layers in forward order; those with parameters end in a star.</param>
/// <param name="Blocks">The first layer of each block.</param>
internal sealed record BackboneKind(string Name, string Expression, string[] Layers, string[] Blocks)
{
    public static IReadOnlyList<BackboneKind> All { get; } =
    [
        new("convolutional",
            """Sequential(("conv1", Conv2d(3, 8, 3)), ("bn1", BatchNorm2d(8)), ("relu", ReLU()), ("conv2", Conv2d(8, 8, 3)), ("bn2", BatchNorm2d(8)), ("pool", AdaptiveAvgPool2d(1)), ("flat", Flatten()))""",
            ["conv1*", "bn1*", "relu", "conv2*", "bn2*", "pool", "flat"],
            ["conv1", "bn1", "conv2", "bn2"]),
        new("perceptron",
            """Sequential(("flat", Flatten()), ("fc1", Linear(108, 8)), ("relu", ReLU()), ("drop", Dropout(0.5)), ("fc2", Linear(8, 8)), ("norm", BatchNorm1d(8)))""",
            ["flat", "fc1*", "relu", "drop", "fc2*", "norm*"],
            ["fc1", "fc2", "norm"]),
        new("staged",
            """Sequential(("flat", Flatten()), ("stem", Linear(108, 8)), ("layer1", Sequential(("a", Linear(8, 8)), ("relu", ReLU()))), ("layer2", Sequential(("a", Linear(8, 8)), ("norm", BatchNorm1d(8)))))""",
            ["flat", "stem*", "layer1.a*", "layer1.relu", "layer2.a*", "layer2.norm*"],
            ["stem", "layer1.a", "layer2.a", "layer2.norm"]),
        new("residual",
            """Sequential(("flat", Flatten()), ("stem", Linear(108, 8)), ("block1", new global::Parts.Residual()), ("block2", new global::Parts.Residual()))""",
            ["flat", "stem*", "block1.fc1*", "block1.fc2*", "block2.fc1*", "block2.fc2*"],
            ["stem", "block1.fc1", "block2.fc1"]),
    ];

    /// <summary>Modules of a user's own, which the backbones are built of.</summary>
    public const string Parts =
        """
        namespace Parts
        {
            public sealed class Residual : Module<Tensor, Tensor>
            {
                private readonly Linear fc1 = Linear(8, 8);
                private readonly Linear fc2 = Linear(8, 8);

                public Residual() : base("residual") => RegisterComponents();

                public override Tensor forward(Tensor x) => x + fc2.call(fc1.call(x).tanh());
            }
        }
        """;
}
