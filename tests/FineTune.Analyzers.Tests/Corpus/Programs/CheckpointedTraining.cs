using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Checkpointed;

public sealed class MlpMixerBlock : Module<Tensor, Tensor>
{
    private readonly LayerNorm norm1;
    private readonly LayerNorm norm2;
    private readonly Sequential tokens;
    private readonly Sequential channels;

    public MlpMixerBlock(long patches, long width)
        : base("block")
    {
        norm1 = LayerNorm(width);
        norm2 = LayerNorm(width);
        tokens = Sequential(Linear(patches, 2 * patches), GELU(), Linear(2 * patches, patches));
        channels = Sequential(Linear(width, 4 * width), GELU(), Linear(4 * width, width));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = x + tokens.call(norm1.call(x).transpose(1, 2)).transpose(1, 2);
        return x + channels.call(norm2.call(x));
    }
}

public sealed class Mixer : Module<Tensor, Tensor>
{
    private readonly Conv2d patches;
    private readonly ModuleList<MlpMixerBlock> blocks;
    private readonly Linear head;

    public Mixer(long width, int depth, long classes)
        : base("mixer")
    {
        patches = Conv2d(3, width, 4, 4);
        blocks = ModuleList(Enumerable.Range(0, depth).Select(_ => new MlpMixerBlock(64, width)).ToArray());
        head = Linear(width, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor images)
    {
        var x = patches.call(images).flatten(2).transpose(1, 2);
        foreach (var block in blocks)
            x = block.call(x);
        return head.call(x.mean([1]));
    }
}

public sealed class Checkpoint
{
    private readonly string folder;

    public Checkpoint(string folder) => this.folder = Directory.CreateDirectory(folder).FullName;

    public int Epoch => File.Exists(In("epoch")) ? int.Parse(File.ReadAllText(In("epoch"))) : 0;

    public void Save(Mixer model, int epoch)
    {
        model.save(In("model.bin"));
        File.WriteAllText(In("epoch"), epoch.ToString());
    }

    /// <summary>
    /// Loads the weights of an older, shallower model where there are any: whatever does not match is left out in silence.
    /// </summary>
    public void Load(Mixer model)
    {
        if (File.Exists(In("model.bin")))
            model.load(In("model.bin"), strict: false); // FT3011
    }

    private string In(string name) => Path.Combine(folder, name);
}

public static class Program
{
    public static void Main(string[] args)
    {
        var checkpoint = new Checkpoint(args.Length > 0 ? args[0] : "checkpoint");
        var model = new Mixer(128, 8, 10);
        checkpoint.Load(model);
        var device = cuda.is_available() ? CUDA : CPU;
        model.to(device);
        var optimizer = optim.AdamW(model.parameters(), 1e-3, weight_decay: 0.05);
        var (images, labels) = (load("train-images.dat"), load("train-labels.dat"));
        for (var epoch = checkpoint.Epoch; epoch < 60; epoch++)
        {
            SetRate(optimizer, epoch);
            model.train();
            var (loss, right) = (0.0, 0L);
            foreach (var indices in randperm(images.shape[0]).split(128))
            {
                using var scope = NewDisposeScope();
                var y = labels.index_select(0, indices).to(device);
                var output = model.call(images.index_select(0, indices).to(device));
                var value = functional.cross_entropy(output, y, label_smoothing: 0.1);
                optimizer.zero_grad();
                value.backward();
                nn.utils.clip_grad_norm_(model.parameters(), 1.0);
                optimizer.step();
                loss += value.ToDouble() * indices.shape[0];
                right += output.argmax(1).eq(y).sum().ToInt64();
            }

            Console.WriteLine($"{epoch}: {loss / images.shape[0]:F4}, {(double)right / images.shape[0]:P1}");
            checkpoint.Save(model, epoch + 1);
        }
    }

    /// <summary>Five epochs of warming up, then a cosine.</summary>
    private static void SetRate(optim.Optimizer optimizer, int epoch)
    {
        var factor = epoch < 5 ? (epoch + 1) / 5.0 : 0.5 * (1 + Math.Cos(Math.PI * (epoch - 5) / 55));
        foreach (var group in optimizer.ParamGroups)
            group.LearningRate = 1e-3 * factor;
    }
}
