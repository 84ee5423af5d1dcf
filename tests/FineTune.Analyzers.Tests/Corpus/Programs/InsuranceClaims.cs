using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InsuranceClaims;

internal sealed record Claim(int Number, float[] Facts, float Fraud);

internal interface IClaimSource
{
    IAsyncEnumerable<Claim> ReadAsync(int count);
}

internal sealed class RandomClaims(int seed) : IClaimSource
{
    private readonly Random random = new(seed);

    public async IAsyncEnumerable<Claim> ReadAsync(int count)
    {
        for (var number = 0; number < count; number++)
        {
            if (number % 200 == 0)
                await Task.Delay(1);
            var facts = Enumerable.Range(0, 6).Select(_ => random.NextSingle()).ToArray();
            var suspicious = facts[0] > 0.7f && facts[1] < 0.4f || facts[2] * facts[3] > 0.6f;
            yield return new(number, facts, suspicious ? 1 : 0);
        }
    }
}

internal sealed class ClaimNet : Module<Tensor, Tensor>
{
    private readonly Sequential layers = Sequential(Linear(6, 32), ReLU(), Dropout(0.05), Linear(32, 16), ReLU(), Linear(16, 1));

    public ClaimNet()
        : base("claims") => RegisterComponents();

    public override Tensor forward(Tensor facts) => layers.call(facts).squeeze(1);
}

/// <summary>Reads, trains and reports. What is awaited lies between the scopes.</summary>
internal sealed class ClaimService(IClaimSource source, TextWriter report)
{
    private readonly ClaimNet net = new();
    private optim.Optimizer? optimizer;

    public async Task TrainAsync(int epochs)
    {
        optimizer ??= optim.Adam(net.parameters(), 4e-3);
        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            net.train();
            var (sum, count) = (0.0, 0);
            var batch = new List<Claim>();
            await foreach (var claim in source.ReadAsync(1500))
            {
                batch.Add(claim);
                if (batch.Count < 30)
                    continue;
                float loss;
                using (NewDisposeScope())
                {
                    var (facts, fraud) = Collate(batch);
                    using var error = functional.binary_cross_entropy_with_logits(net.call(facts), fraud);
                    optimizer.zero_grad();
                    error.backward();
                    optimizer.step();
                    loss = error.item<float>();
                }

                (sum, count) = (sum + loss, count + 1);
                batch.Clear();
                if (count % 25 == 0)
                    await report.WriteLineAsync($"  batch {count}: {loss:F4}");
            }

            await report.WriteLineAsync($"Epoch {epoch}: {sum / count:F4}");
        }
    }

    public async Task<IReadOnlyList<int>> SuspectAsync(int count, double threshold)
    {
        var claims = new List<Claim>();
        await foreach (var claim in source.ReadAsync(count))
            claims.Add(claim);
        var suspects = new List<int>();
        foreach (var chunk in claims.Chunk(64))
        {
            suspects.AddRange(Score(chunk).Where(pair => pair.Score > threshold).Select(pair => pair.Claim.Number));
            await Task.Yield();
        }

        return suspects;
    }

    private IEnumerable<(Claim Claim, float Score)> Score(Claim[] claims)
    {
        net.eval();
        float[] scores;
        using (no_grad())
        {
            using var scope = NewDisposeScope();
            scores = sigmoid(net.call(Collate(claims).Facts)).data<float>().ToArray();
        }

        for (var i = 0; i < claims.Length; i++)
            yield return (claims[i], scores[i]);
    }

    private static (Tensor Facts, Tensor Fraud) Collate(IReadOnlyCollection<Claim> claims) => (
        tensor(claims.SelectMany(claim => claim.Facts).ToArray()).view(claims.Count, 6),
        tensor(claims.Select(claim => claim.Fraud).ToArray()));
}

internal static class Program
{
    private static async Task Main()
    {
        manual_seed(911);
        var service = new ClaimService(new RandomClaims(1), Console.Out);
        await service.TrainAsync(3);
        foreach (var threshold in new[] { 0.3, 0.5, 0.8 })
        {
            var suspects = await service.SuspectAsync(500, threshold);
            Console.WriteLine($"{suspects.Count} claims are above {threshold:P0}.");
        }
    }
}
