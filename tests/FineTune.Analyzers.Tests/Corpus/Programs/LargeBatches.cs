using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LargeBatches;

/// <summary>A transformer for sequences of events, trained with gradients summed over small batches.</summary>
public sealed class EventModel : Module<Tensor, Tensor>
{
    private readonly Embedding tokens;
    private readonly Embedding positions;
    private readonly TransformerEncoder encoder;
    private readonly LayerNorm norm;
    private readonly Linear head;

    public EventModel(int vocabulary, int width, int layers, int length)
        : base("events")
    {
        tokens = Embedding(vocabulary, width);
        positions = Embedding(length, width);
        encoder = TransformerEncoder(TransformerEncoderLayer(width, 8, 4 * width, 0.1), layers);
        norm = LayerNorm(width);
        head = Linear(width, vocabulary);
        RegisterComponents();
    }

    public override Tensor forward(Tensor events)
    {
        var length = events.shape[0];
        var x = tokens.call(events) + positions.call(arange(length, dtype: ScalarType.Int64, device: events.device)).unsqueeze(1);
        var mask = full(length, length, float.NegativeInfinity, device: events.device).triu(1);
        return head.call(norm.call(encoder.call(x, mask, null!)));
    }
}

public static class Program
{
    private const int Length = 128;
    private const int Vocabulary = 512;
    private const int Accumulate = 8;

    public static void Main(string[] args)
    {
        var device = cuda.is_available() ? CUDA : CPU;
        var stream = File.ReadAllBytes(args[0]);
        var model = new EventModel(Vocabulary, 256, 4, Length).to(device);
        Console.WriteLine($"{model.parameters().Sum(parameter => parameter.numel()):N0} parameters");

        var optimizer = optim.AdamW(model.parameters(), 3e-4, weight_decay: 0.1);
        var schedule = optim.lr_scheduler.OneCycleLR(optimizer, 3e-4, total_steps: 2000);
        var step = 0;
        var losses = new List<double>();
        model.train();
        optimizer.zero_grad();
        foreach (var (input, target) in Batches(stream, 16, device))
        {
            using var scope = NewDisposeScope();
            var output = model.call(input);
            var loss = functional.cross_entropy(output.view(-1, Vocabulary), target.reshape(-1));
            (loss / Accumulate).backward();
            losses.Add(loss.ToDouble());
            if (++step % Accumulate != 0)
                continue;

            var norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0);
            optimizer.step();
            schedule.step();
            optimizer.zero_grad();
            if (step / Accumulate % 50 == 0)
            {
                Console.WriteLine($"{step / Accumulate,5}: loss {losses.Average():F3}, gradient {norm:F2}");
                losses.Clear();
                Complete(model, device);
            }

            if (step / Accumulate == 2000)
                break;
        }

        model.save("events.bin");
    }

    private static void Complete(EventModel model, Device device)
    {
        model.eval();
        using (no_grad())
        using (NewDisposeScope())
        {
            var events = zeros(new long[] { 1, 1 }, dtype: ScalarType.Int64, device: device);
            for (var i = 1; i < 32; i++)
            {
                var logits = model.call(events)[^1];
                var next = multinomial(functional.softmax(logits / 0.8, -1), 1).transpose(0, 1);
                events = cat([events, next], 0);
            }

            Console.WriteLine(string.Join(' ', events.squeeze(1).data<long>()));
        }

        model.train();
    }

    private static IEnumerable<(Tensor Input, Tensor Target)> Batches(byte[] stream, int size, Device device)
    {
        var random = new Random(1);
        while (true)
        {
            var starts = Enumerable.Range(0, size).Select(_ => random.Next(stream.Length - Length - 1)).ToArray();
            var input = stack(starts.Select(start => Window(stream, start)), 1).to(device);
            var target = stack(starts.Select(start => Window(stream, start + 1)), 1).to(device);
            yield return (input, target);
        }
    }

    private static Tensor Window(byte[] stream, int start) =>
        tensor(stream.Skip(start).Take(Length).Select(value => (long)value).ToArray());
}
