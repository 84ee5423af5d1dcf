using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CommandRecognizer;

public sealed class CommandNet : Module<Tensor, Tensor>
{
    private readonly Sequential backbone;
    private readonly Linear head;

    public CommandNet(long bands, long commands)
        : base(nameof(CommandNet))
    {
        backbone = Sequential(
            ("conv1", Conv1d(bands, 32, 3, padding: 1)),
            ("relu1", ReLU()),
            ("conv2", Conv1d(32, 32, 3, padding: 1)),
            ("relu2", ReLU()),
            ("pool", AdaptiveMaxPool1d(1)),
            ("flat", Flatten()));
        head = Linear(32, commands);
        RegisterComponents();
    }

    public Sequential Backbone => backbone;

    public Linear Head => head;

    public override Tensor forward(Tensor spectrum) => head.call(backbone.call(spectrum));
}

public static class OptimizerFactory
{
    public static optim.Optimizer Create(string kind, CommandNet net, double rate) => kind switch
    {
        "sgd" => optim.SGD(
            [
                new SGD.ParamGroup(net.Backbone.parameters(), rate / 20), // FT3010
                new SGD.ParamGroup(net.Head.parameters(), new SGD.Options { momentum = 0.9, weight_decay = 5e-4 }),
            ],
            rate,
            momentum: 0.9,
            weight_decay: 5e-4),
        "adam" => optim.Adam(
            [new Adam.ParamGroup(net.Backbone.parameters(), rate / 20), new Adam.ParamGroup(net.Head.parameters(), rate)],
            rate),
        "plain" => optim.SGD(net.parameters(), rate),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such optimizer."),
    };
}

public sealed record Spoken(float[] Spectrum, long Command);

public sealed class Recorder(int bands, int frames, int commands)
{
    public IEnumerable<Spoken> Record(int count, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var command = random.Next(commands);
            var spectrum = new float[bands * frames];
            var start = random.Next(frames / 2);
            for (var band = 0; band < bands; band++)
            {
                for (var frame = 0; frame < frames; frame++)
                {
                    var voiced = frame >= start && frame < start + 8 && (band + command * (frame - start)) % commands == 0;
                    spectrum[band * frames + frame] = (voiced ? 1 : 0) + 0.3f * random.NextSingle();
                }
            }

            yield return new(spectrum, command);
        }
    }
}

public static class Program
{
    private const int Bands = 12;
    private const int Frames = 24;
    private const int Commands = 4;

    public static void Main(string[] args)
    {
        manual_seed(1234);
        var recorder = new Recorder(Bands, Frames, Commands);
        var training = recorder.Record(800, 1).ToList();
        var testing = recorder.Record(200, 2).ToList();
        using var net = new CommandNet(Bands, Commands);
        if (args.Length > 1)
            net.load(args[1]);

        using var optimizer = OptimizerFactory.Create(args.FirstOrDefault() ?? "sgd", net, 0.05);
        var scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, 12);
        var random = new Random(0);
        for (var epoch = 0; epoch < 12; epoch++)
        {
            net.train();
            foreach (var chunk in training.OrderBy(_ => random.Next()).Chunk(25))
            {
                using var scope = NewDisposeScope();
                var (spectra, commands) = Collate(chunk);
                optimizer.zero_grad();
                var loss = functional.cross_entropy(net.call(spectra), commands);
                loss.backward();
                optimizer.step();
            }

            scheduler.step();
            Console.WriteLine($"Epoch {epoch}: {Accuracy(net, testing):P1}");
        }
    }

    private static double Accuracy(CommandNet net, List<Spoken> spoken)
    {
        net.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var (spectra, commands) = Collate(spoken);
        return net.call(spectra).argmax(1).eq(commands).to(ScalarType.Float32).mean().item<float>();
    }

    private static (Tensor Spectra, Tensor Commands) Collate(IReadOnlyCollection<Spoken> spoken) => (
        tensor(spoken.SelectMany(item => item.Spectrum).ToArray()).view(spoken.Count, Bands, Frames),
        tensor(spoken.Select(item => item.Command).ToArray()));
}
