using FineTune;
using OwnLoop;
using TorchSharp;
using static TorchSharp.torch;

// A training loop of one's own, in two phases: what is generated does the freezing and rebuilds the optimizer, and
// TrainStep checks that neither is out of date.
torch.manual_seed(1);
using var points = torch.randn(64, 2);
using var sides = points.sum(1).gt(0).to_type(ScalarType.Float32);

using var model = new PointClassifier();
Console.WriteLine($"{model.parameters().Count()} parameters: {string.Join(", ", model.named_parameters().Select(named => named.name))}");

model.FreezeBackbone();
var compiled = model.Compile(Optimizers.Adam(), Losses.BinaryCrossEntropyWithLogits());
Console.WriteLine($"Layers are frozen: {model.IsBackboneFrozen}. {Train(compiled)}");

model.UnfreezeLast();
compiled = model.Recompile();
Console.WriteLine($"Layers are frozen: {model.IsBackboneFrozen}. {Train(compiled)}");

// What was trained, in a file of its own, and in use.
var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.finetune");
compiled.Save(file);
using (var predictor = Predictor.Load<PointClassifier>(file))
{
    using var corners = tensor(new float[,] { { -1, -1 }, { 1, 1 } });
    Console.WriteLine($"A point on either side: {string.Join(", ", predictor.Predict(corners))}");
}

File.Delete(file);

string Train(CompiledModel compiled)
{
    double first = 0, last = 0;
    for (var step = 0; step < 50; step++)
    {
        last = compiled.TrainStep(points, sides).Loss;
        if (step == 0)
        {
            first = last;
        }
    }

    return FormattableString.Invariant($"Loss {first:F4} -> {last:F4}");
}
