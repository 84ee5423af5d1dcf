using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// A network as it is found in many a first program: from measurements to one of three qualities.
const int Features = 11;
const int Qualities = 3;
const int BatchSize = 20;

manual_seed(2024);
var wines = Cellar.Taste(700, seed: 1);
var (training, testing) = (wines[..600], wines[600..]);

var model = Sequential(
    ("fc1", Linear(Features, 40)),
    ("relu1", ReLU()),
    ("dropout", Dropout(0.1)),
    ("fc2", Linear(40, 20)),
    ("relu2", ReLU()),
    ("fc3", Linear(20, Qualities)),
    ("softmax", Softmax(dim: 1)));
var criterion = CrossEntropyLoss();
var optimizer = optim.Adam(model.parameters(), lr: 0.005);
var best = (Epoch: 0, Accuracy: 0.0);

for (var epoch = 1; epoch <= 20; epoch++)
{
    model.train();
    var runningLoss = 0f;
    foreach (var batch in Cellar.Shuffle(training, epoch).Chunk(BatchSize))
    {
        using var scope = NewDisposeScope();
        var inputs = Cellar.Inputs(batch);
        var targets = Cellar.Targets(batch);

        optimizer.zero_grad();
        var outputs = model.call(inputs);
        var loss = criterion.call(outputs, targets); // FT3016
        loss.backward();
        optimizer.step();
        runningLoss += loss.item<float>();
    }

    var accuracy = Test();
    if (accuracy > best.Accuracy)
        best = (epoch, accuracy);
    if (epoch % 5 == 0)
        Console.WriteLine($"Epoch {epoch}: loss {runningLoss / (training.Length / BatchSize):F4}, accuracy {accuracy:P1}");
}

Console.WriteLine($"Best accuracy {best.Accuracy:P1} in epoch {best.Epoch}");
model.eval();
using (no_grad())
{
    foreach (var wine in testing.Take(3))
    {
        using var shares = model.call(Cellar.Inputs([wine]));
        Console.WriteLine($"{wine.Quality}: {string.Join(", ", shares.data<float>().ToArray().Select(share => share.ToString("P0")))}");
    }
}

double Test()
{
    model.eval();
    using var guard = no_grad();
    using var scope = NewDisposeScope();
    var predictions = model.call(Cellar.Inputs(testing)).argmax(1);
    return predictions.eq(Cellar.Targets(testing)).to(ScalarType.Float32).mean().item<float>();
}

internal readonly record struct Wine(float[] Measurements, long Quality);

internal static class Cellar
{
    public static Wine[] Taste(int count, int seed)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(_ => Draw(random)).ToArray();
    }

    public static IEnumerable<Wine> Shuffle(Wine[] wines, int seed)
    {
        var random = new Random(seed);
        return wines.OrderBy(_ => random.Next());
    }

    public static Tensor Inputs(Wine[] wines)
    {
        var flat = wines.SelectMany(wine => wine.Measurements).ToArray();
        return tensor(flat).view(wines.Length, -1);
    }

    public static Tensor Targets(Wine[] wines) => tensor(wines.Select(wine => wine.Quality).ToArray());

    private static Wine Draw(Random random)
    {
        var measurements = new float[11];
        for (var i = 0; i < measurements.Length; i++)
            measurements[i] = 2 * random.NextSingle() - 1;

        // Acid and sugar make each other good; too much of both is no good.
        var balance = measurements[0] * measurements[1] + 0.5f * measurements[2];
        return new Wine(measurements, balance < -0.15f ? 0 : balance < 0.2f ? 1 : 2);
    }
}
