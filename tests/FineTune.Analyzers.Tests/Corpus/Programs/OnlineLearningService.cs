using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace OnlineLearning;

public sealed record Observation(float[] Features, float Price);

public sealed record Status(int Seen, double RecentError);

public sealed class PriceModel : Module<Tensor, Tensor>
{
    private readonly Linear linear;
    private readonly Linear hidden;
    private readonly Linear output;

    public PriceModel(int features)
        : base("prices")
    {
        linear = Linear(features, 1);
        hidden = Linear(features, 16);
        output = Linear(16, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => (linear.call(x) + output.call(functional.relu(hidden.call(x)))).squeeze(1);
}

/// <summary>Learns from what comes in, and answers meanwhile.</summary>
public sealed class OnlineLearner : IAsyncDisposable
{
    private readonly Channel<Observation> observations = Channel.CreateBounded<Observation>(200);
    private readonly SemaphoreSlim turn = new(1);
    private readonly PriceModel model;
    private readonly optim.Optimizer optimizer;
    private readonly Task worker;
    private double recentError = double.NaN;
    private int seen;

    public OnlineLearner(PriceModel model, double rate, CancellationToken stopping)
    {
        this.model = model;
        optimizer = optim.Adam(model.parameters(), rate);
        worker = Task.Run(() => WorkAsync(stopping), CancellationToken.None);
    }

    public Status Status => new(seen, recentError);

    public ValueTask ObserveAsync(Observation observation) => observations.Writer.WriteAsync(observation);

    public async Task<float> PredictAsync(float[] features)
    {
        await turn.WaitAsync();
        try
        {
            return Predict(features);
        }
        finally
        {
            turn.Release();
        }
    }

    public async Task CompleteAsync()
    {
        observations.Writer.Complete();
        await worker;
    }

    public async ValueTask DisposeAsync()
    {
        observations.Writer.TryComplete();
        await worker.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        optimizer.Dispose();
        turn.Dispose();
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        var batch = new List<Observation>();
        await foreach (var observation in observations.Reader.ReadAllAsync(stopping))
        {
            batch.Add(observation);
            if (batch.Count < 16)
                continue;
            await turn.WaitAsync(stopping);
            try
            {
                var error = Learn(batch);
                recentError = double.IsNaN(recentError) ? error : 0.9 * recentError + 0.1 * error;
            }
            finally
            {
                turn.Release();
            }

            seen += batch.Count;
            batch.Clear();
        }
    }

    private float Learn(List<Observation> batch)
    {
        using var scope = NewDisposeScope();
        model.train();
        var x = tensor(batch.SelectMany(item => item.Features).ToArray()).view(batch.Count, -1);
        var y = tensor(batch.Select(item => item.Price).ToArray());
        var loss = functional.smooth_l1_loss(model.call(x), y);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    }

    private float Predict(float[] features)
    {
        model.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return model.call(tensor(features).unsqueeze(0)).item<float>();
    }
}

public static class Program
{
    public static async Task Main()
    {
        manual_seed(222);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var model = new PriceModel(3);
        await using var learner = new OnlineLearner(model, 1e-2, cancellation.Token);
        var random = new Random(5);
        for (var i = 1; i <= 6000; i++)
        {
            await learner.ObserveAsync(Draw(random));
            if (i % 1500 != 0)
                continue;
            var question = Draw(random);
            var answer = await learner.PredictAsync(question.Features);
            Console.WriteLine($"{learner.Status}: {answer:F2} instead of {question.Price:F2}");
        }

        await learner.CompleteAsync();
        Console.WriteLine(learner.Status);
    }

    private static Observation Draw(Random random)
    {
        var features = new[] { random.NextSingle(), random.NextSingle(), random.NextSingle() };
        return new(features, 2 * features[0] - features[1] + MathF.Max(0, features[2] - 0.5f) * 4);
    }
}
