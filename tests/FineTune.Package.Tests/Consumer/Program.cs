torch.manual_seed(1);
using Tensor points = randn(64, 2);
using Tensor sides = points.sum(1).gt(0).to_type(ScalarType.Float32);
var data = new InMemoryDataset(points, sides);

using var model = new PointClassifier();
model.FreezeBackbone();
var compiled = model.Compile(Optimizers.Adam(1e-2), Losses.BinaryCrossEntropyWithLogits(), Metrics.BinaryAccuracy());
History head = compiled.Fit(data, new() { Epochs = 5, Progress = ProgressStyle.None });

model.UnfreezeLast();
compiled = model.Recompile();
History fine = compiled.Fit(data, new()
{
    InitialEpoch = head.NextEpoch,
    Epochs = head.NextEpoch + 5,
    ValidationData = data,
    Callbacks = [new EarlyStopping(patience: 2)],
    Progress = ProgressStyle.None,
});

Console.WriteLine($"Trained for {fine.NextEpoch} epochs, frozen: {model.IsBackboneFrozen}.");
