/// <summary>Both phases on points in the plane, a mistake that is only compiled, and TorchSharp beside a thread that allocates.</summary>
public static class Training
{
    public static string Run()
    {
        torch.manual_seed(1);
        using Tensor points = randn(64, 2);
        using Tensor sides = points.sum(1).gt(0).to_type(ScalarType.Float32);
        var data = new InMemoryDataset(points, sides);

        using var model = new PointClassifier();
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.Adam(1e-2), Losses.BinaryCrossEntropyWithLogits(), Metrics.BinaryAccuracy());
        History head = compiled.Fit(data, new() { Epochs = 2, Progress = ProgressStyle.None });

        model.UnfreezeLast();
        compiled = model.Recompile();
        History fine = compiled.Fit(data, new()
        {
            InitialEpoch = head.NextEpoch,
            Epochs = head.NextEpoch + 3,
            ValidationData = data,
            Callbacks = [new EarlyStopping(patience: 2)],
            Progress = ProgressStyle.None,
        });
        return $"Trained for {fine.NextEpoch} epochs, frozen: {model.IsBackboneFrozen}.";
    }

    internal static void Forget(PointClassifier model, IDataset data)
    {
        model.FreezeBackbone();
        var compiled = model.Compile(Optimizers.Adam(1e-2), Losses.BinaryCrossEntropyWithLogits());
        model.UnfreezeLast();
        compiled.Fit(data);
    }

    public static string Race(TimeSpan limit)
    {
        using var norm = nn.Sequential(nn.BatchNorm1d(16), nn.BatchNorm1d(16), nn.BatchNorm1d(16));
        using Tensor input = randn(8, 16);
        using Tensor expected = input * 0.25 + 3;
        new Thread(Allocate) { IsBackground = true }.Start();
        for (var watch = System.Diagnostics.Stopwatch.StartNew(); watch.Elapsed < limit;)
        {
            using var noGradients = no_grad();
            using var scope = NewDisposeScope();
            norm.call(input);
            if (!(input * 0.25 + 3).allclose(expected))
                return "Another number.";
        }

        return "Right to the end.";
    }

    private static void Allocate()
    {
        var random = new Random(5);
        var kept = new byte[128][];
        while (true)
            kept[random.Next(kept.Length)] = new byte[random.Next(500, 250_000)];
    }
}
