using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Signatures;

public class Signature
{
    public Signature(int writer, Tensor strokes)
    {
        Writer = writer;
        Strokes = strokes;
    }

    public int Writer { get; }

    public Tensor Strokes { get; }
}

public class SignatureEncoder : Module<Tensor, Tensor>
{
    private readonly Conv1d conv1 = Conv1d(2, 32, 7, 2);
    private readonly Conv1d conv2 = Conv1d(32, 64, 5, 2);
    private readonly GroupNorm norm1 = GroupNorm(4, 32);
    private readonly GroupNorm norm2 = GroupNorm(8, 64);
    private readonly Linear project = Linear(64, 32);

    public SignatureEncoder()
        : base("signature") => RegisterComponents();

    public override Tensor forward(Tensor strokes)
    {
        var x = functional.leaky_relu(norm1.call(conv1.call(strokes)));
        x = functional.leaky_relu(norm2.call(conv2.call(x)));
        var code = project.call(x.mean([2]));
        return code / code.norm(1, keepdim: true).clamp(min: 1e-8);
    }
}

public class TripletSampler
{
    private readonly Dictionary<int, Signature[]> byWriter;
    private readonly int[] writers;
    private readonly Random random;

    public TripletSampler(IEnumerable<Signature> signatures, int seed)
    {
        byWriter = signatures
            .GroupBy(signature => signature.Writer)
            .Where(group => group.Count() > 1)
            .ToDictionary(group => group.Key, group => group.ToArray());
        writers = byWriter.Keys.ToArray();
        random = new Random(seed);
    }

    public (Tensor Anchor, Tensor Positive, Tensor Negative) Next(int size)
    {
        var anchors = new Tensor[size];
        var positives = new Tensor[size];
        var negatives = new Tensor[size];
        for (var i = 0; i < size; i++)
        {
            var writer = writers[random.Next(writers.Length)];
            var own = byWriter[writer];
            var first = random.Next(own.Length);
            var second = (first + 1 + random.Next(own.Length - 1)) % own.Length;
            var other = writer;
            while (other == writer)
                other = writers[random.Next(writers.Length)];
            anchors[i] = own[first].Strokes;
            positives[i] = own[second].Strokes;
            negatives[i] = byWriter[other][random.Next(byWriter[other].Length)].Strokes;
        }

        return (stack(anchors), stack(positives), stack(negatives));
    }
}

public static class Program
{
    public static void Main(string[] args)
    {
        var signatures = Directory.EnumerateFiles(args[0], "*.txt").Select(Read).ToList();
        var train = new TripletSampler(signatures.Where(signature => signature.Writer % 5 != 0), seed: 1);
        var test = new TripletSampler(signatures.Where(signature => signature.Writer % 5 == 0), seed: 2);

        var encoder = new SignatureEncoder();
        var criterion = TripletMarginLoss(margin: 0.3);
        var optimizer = optim.Adam(encoder.parameters(), 1e-3);
        var average = 0.0;
        for (var step = 1; step <= 5000; step++)
        {
            using var scope = NewDisposeScope();
            var (anchor, positive, negative) = train.Next(64);
            var loss = criterion.call(encoder.call(anchor), encoder.call(positive), encoder.call(negative));
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            average = 0.99 * average + 0.01 * loss.ToDouble();
            if (step % 250 == 0)
            {
                encoder.eval();
                Console.WriteLine($"{step}: loss {average:F4}, right on {Right(encoder, test):P1} of the test triplets");
                encoder.train();
            }
        }
    }

    private static double Right(SignatureEncoder encoder, TripletSampler sampler)
    {
        using var _ = no_grad();
        var (anchor, positive, negative) = sampler.Next(1000);
        var a = encoder.call(anchor);
        var near = (a - encoder.call(positive)).norm(1);
        var far = (a - encoder.call(negative)).norm(1);
        return near.lt(far).to(ScalarType.Float32).mean().ToDouble();
    }

    private static Signature Read(string path)
    {
        var points = File.ReadLines(path).Take(256).Select(line => line.Split(' ').Select(float.Parse).ToArray()).ToList();
        var strokes = zeros(2, 256);
        for (var i = 0; i < points.Count; i++)
        {
            strokes[0, i] = points[i][0];
            strokes[1, i] = points[i][1];
        }

        return new(int.Parse(Path.GetFileName(path).Split('_')[0]), strokes);
    }
}
