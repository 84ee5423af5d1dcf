using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Only what requires a gradient goes to the optimizer; the query is asked anew at each step.
var folder = args.Length > 0 ? args[0] : "textures";
var batchSize = 24;
var model = new TextureNet(classes: Directory.GetDirectories(folder).Length);
model.load_state_dict(TextureNet.Pretrained("textures.bin"), strict: true);
model.FreezeFeatures();

var trainable = model.parameters().Where(parameter => parameter.requires_grad);
Console.WriteLine($"{trainable.Count()} of {model.parameters().Count()} parameters train.");
var optimizer = optim.RMSProp(trainable, 1e-3); // FT3002
var samples = TextureNet.Samples(folder).ToList();
var random = new Random(0);
for (var epoch = 0; epoch < 10; epoch++)
{
    model.train();
    model.FreezeFeatures();
    var correct = 0;
    foreach (var chunk in samples.OrderBy(_ => random.Next()).Chunk(batchSize))
    {
        using var scope = NewDisposeScope();
        var images = stack(chunk.Select(sample => sample.Image));
        var labels = tensor(chunk.Select(sample => sample.Label).ToArray());
        optimizer.zero_grad();
        var logits = model.call(images);
        var loss = functional.cross_entropy(logits, labels);
        loss.backward();
        optimizer.step();
        correct += (int)logits.argmax(1).eq(labels).sum().item<long>();
    }

    Console.WriteLine($"Epoch {epoch}: {(double)correct / samples.Count:P1}");
}

model.save("textures-tuned.bin");

internal sealed class TextureNet : Module<Tensor, Tensor>
{
    private readonly Sequential features;
    private readonly Sequential gram;
    private readonly Linear classifier;

    public TextureNet(long classes)
        : base("textures")
    {
        features = Sequential(
            ("conv1", Conv2d(3, 24, 5, 2, 2)),
            ("relu1", ReLU()),
            ("conv2", Conv2d(24, 48, 3, 2, 1)),
            ("relu2", ReLU()),
            ("conv3", Conv2d(48, 48, 3, 2, 1)));
        gram = Sequential(("norm", LayerNorm(48 * 48)), ("drop", Dropout(0.5)));
        classifier = Linear(48 * 48, classes);
        RegisterComponents();
    }

    public static Dictionary<string, Tensor> Pretrained(string path)
    {
        using var model = new TextureNet(47);
        model.load(path);
        return model
            .state_dict()
            .Where(entry => !entry.Key.StartsWith("classifier", StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key, entry => entry.Value);
    }

    public static IEnumerable<(Tensor Image, long Label)> Samples(string folder)
    {
        var label = 0L;
        foreach (var directory in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            foreach (var file in Directory.EnumerateFiles(directory, "*.rgb"))
            {
                var bytes = File.ReadAllBytes(file);
                yield return (tensor(bytes.Select(value => value / 255f - 0.5f).ToArray()).reshape(3, 96, 96), label);
            }

            label++;
        }
    }

    public void FreezeFeatures()
    {
        features.eval();
        foreach (var parameter in features.parameters())
            parameter.requires_grad = false;
    }

    public override Tensor forward(Tensor images)
    {
        // The correlations of the channels are the texture.
        var maps = features.call(images).flatten(2);
        var correlations = maps.matmul(maps.transpose(1, 2)) / maps.shape[2];
        return classifier.call(gram.call(correlations.flatten(1)));
    }
}
