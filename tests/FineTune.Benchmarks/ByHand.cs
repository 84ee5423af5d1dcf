using System.Diagnostics;
using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Benchmarks;

/// <summary>
/// Epochs of fine-tuning as a good user of TorchSharp writes them: what is frozen asks for no gradient and is no part of the optimizer,
/// BatchNorm keeps its statistics, gradients are set to null, and each step has a scope. Nothing is kept from one epoch to the next.
/// </summary>
internal static class ByHand
{
    /// <summary>Reads a case and a number of repetitions a line, and answers with seconds, until there are no more.</summary>
    public static void Serve()
    {
        string? ready = null;
        Action run = static () => { };
        while (Console.ReadLine()?.Split(' ') is [var name, var count])
        {
            if (name != ready)
            {
                (ready, run) = (name, Epoch(name));
            }

            var start = Stopwatch.GetTimestamp();
            for (var i = int.Parse(count, CultureInfo.InvariantCulture); i > 0; i--)
            {
                run();
            }

            Console.WriteLine(Stopwatch.GetElapsedTime(start).TotalSeconds.ToString("R", CultureInfo.InvariantCulture));
        }
    }

    /// <summary>An epoch of a case, by the name that <see cref="FeatureCase.PeerName"/> gives it.</summary>
    public static Action Epoch(string name)
    {
        var (one, phase) = FeatureCase.Parse(name);
        var model = one.Create();
        model.EnterPhase(phase);
        var (inputs, targets) = one.Data();
        var optimizer = optim.Adam(model.parameters().Where(parameter => parameter.requires_grad).ToList(), 1e-4);
        return () =>
        {
            model.train();
            var total = 0.0;
            using var order = randperm(one.Samples);
            for (var first = 0; first < one.Samples; first += one.Batch)
            {
                using var scope = NewDisposeScope();
                var indices = order.narrow(0, first, Math.Min(one.Batch, one.Samples - first));
                optimizer.zero_grad();
                var output = model.call(inputs.index_select(0, indices));
                var loss = nn.functional.cross_entropy(output, targets.index_select(0, indices));
                loss.backward();
                optimizer.step();
                total += loss.ToDouble() * indices.size(0);
            }
        };
    }
}
