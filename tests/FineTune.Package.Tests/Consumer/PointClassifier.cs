/// <summary>Tells on which side of a line a point lies.</summary>
[FineTuneLR(1e-3), UnfreezeLast(1)]
internal sealed partial class PointClassifier : Module<Tensor, Tensor>
{
    [Backbone] private readonly Sequential backbone = Sequential(("fc1", Linear(2, 16)), ("relu", ReLU()), ("fc2", Linear(16, 16)));
    [Head(LearningRate = 1e-2)] private readonly Linear head = Linear(16, 1);

    public PointClassifier() : base(nameof(PointClassifier)) => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(backbone.call(x).relu());
}
