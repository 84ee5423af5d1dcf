using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FastGradientAttack;

internal sealed class ShapeNet : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d norm;
    private readonly Dropout dropout;
    private readonly Linear output;

    public ShapeNet()
        : base("shapes")
    {
        conv1 = Conv2d(1, 8, 3, padding: 1);
        norm = BatchNorm2d(8);
        conv2 = Conv2d(8, 16, 3, stride: 2, padding: 1);
        dropout = Dropout(0.25);
        output = Linear(16 * 36, 3);
        RegisterComponents();
    }

    public override Tensor forward(Tensor images)
    {
        var x = functional.relu(norm.call(conv1.call(images)));
        x = functional.relu(conv2.call(x)).flatten(1);
        return output.call(dropout.call(x));
    }
}

internal static class Program
{
    private static readonly float[] Strengths = [0, 0.05f, 0.1f, 0.2f, 0.3f];

    private static void Main()
    {
        manual_seed(44);
        var data = Shapes(900, seed: 1);
        var test = Shapes(300, seed: 2);
        var model = new ShapeNet();
        Train(model, data, epochs: 5);

        // The attack wants the gradient of the picture, not of the weights, of the model as it is used.
        model.eval();
        foreach (var strength in Strengths)
            Console.WriteLine($"Strength {strength:F2}: {UnderAttack(model, test, strength):P1} right");

        foreach (var (image, label) in test.Take(3))
            Console.WriteLine($"A shape {label} is taken for another from {SmallestStrength(model, image, label):F2} on.");
    }

    private static void Train(ShapeNet model, List<(float[] Image, long Label)> data, int epochs)
    {
        var optimizer = optim.Adam(model.parameters(), 2e-3);
        var random = new Random(5);
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            model.train();
            var losses = data.OrderBy(_ => random.Next()).Chunk(30).Select(batch =>
            {
                using var scope = NewDisposeScope();
                var (images, labels) = Collate(batch);
                optimizer.zero_grad();
                var loss = functional.cross_entropy(model.call(images), labels);
                loss.backward();
                optimizer.step();
                return loss.item<float>();
            });
            Console.WriteLine($"Epoch {epoch}: {losses.Average():F4}");
        }
    }

    private static double UnderAttack(ShapeNet model, List<(float[] Image, long Label)> data, float strength)
    {
        var right = 0L;
        foreach (var batch in data.Chunk(50))
        {
            using var scope = NewDisposeScope();
            var (images, labels) = Collate(batch);
            var changed = Attack(model, images, labels, strength);
            using var _ = no_grad();
            right += model.call(changed).argmax(1).eq(labels).sum().item<long>();
        }

        return (double)right / data.Count;
    }

    private static Tensor Attack(ShapeNet model, Tensor images, Tensor labels, float strength)
    {
        using var scope = NewDisposeScope();
        var input = images.clone();
        input.requires_grad = true;
        var loss = functional.cross_entropy(model.call(input), labels);
        model.zero_grad();
        loss.backward();
        var changed = (input + strength * input.grad!.sign()).clamp(0, 1).detach();
        return scope.MoveToOuter(changed);
    }

    private static float SmallestStrength(ShapeNet model, float[] image, long label)
    {
        for (var strength = 0.01f; strength < 0.5f; strength += 0.01f)
        {
            using var scope = NewDisposeScope();
            var (images, labels) = Collate([(image, label)]);
            var changed = Attack(model, images, labels, strength);
            if (model.call(changed).argmax(1).item<long>() != label)
                return strength;
        }

        return float.PositiveInfinity;
    }

    private static (Tensor Images, Tensor Labels) Collate((float[] Image, long Label)[] batch)
    {
        var images = tensor(batch.SelectMany(item => item.Image).ToArray()).view(batch.Length, 1, 12, 12);
        return (images, tensor(batch.Select(item => item.Label).ToArray()));
    }

    /// <summary>A square, a cross or a stroke.</summary>
    private static List<(float[] Image, long Label)> Shapes(int count, int seed)
    {
        var random = new Random(seed);
        var shapes = new List<(float[], long)>();
        for (var i = 0; i < count; i++)
        {
            var image = Enumerable.Range(0, 144).Select(_ => random.NextSingle() * 0.3f).ToArray();
            var label = random.Next(3);
            var (left, top) = (random.Next(6), random.Next(6));
            for (var step = 0; step < 36; step++)
            {
                var (row, column) = (step / 6, step % 6);
                var inked = label switch
                {
                    0 => row is 0 or 5 || column is 0 or 5,
                    1 => row == column || row + column == 5,
                    _ => row is 2 or 3,
                };
                if (inked)
                    image[(top + row) * 12 + left + column] = 0.9f;
            }

            shapes.Add((image, label));
        }

        return shapes;
    }
}
