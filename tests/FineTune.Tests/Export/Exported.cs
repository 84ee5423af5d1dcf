using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Tests;

/// <summary>A model that consists of what a test puts into it.</summary>
internal sealed partial class AnyParts : Module<Tensor, Tensor>
{
    [Backbone]
    public readonly Module<Tensor, Tensor> backbone;

    [Head]
    public readonly Module<Tensor, Tensor> head;

    public AnyParts(Module<Tensor, Tensor> backbone, Module<Tensor, Tensor> head)
        : base(nameof(AnyParts))
    {
        (this.backbone, this.head) = (backbone, head);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(backbone.call(x));

    public CompiledModel Compiled(Loss? loss = null) => this.Compile(Optimizers.SGD(0.1), loss ?? Losses.MeanSquaredError());
}

/// <summary>Compares a file with the model that it was exported from.</summary>
internal static class Exported
{
    private const double Tolerance = 1e-5;

    /// <summary>Exports for an example, and compares batches of one and of three: answers are equal to rounding of the largest.</summary>
    public static void Check(CompiledModel compiled, Func<int, Tensors> batch, OnnxExportOptions? options = null)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        compiled.ExportOnnx(folder["model.onnx"], (options ?? new()) with { ExampleInputs = batch(1) });
        using var session = new OnnxSession(folder["model.onnx"]);
        foreach (var count in (int[])[1, 3])
        {
            Compare(compiled, session, batch(count));
        }
    }

    public static void Compare(CompiledModel compiled, OnnxSession session, Tensors inputs)
    {
        var expected = compiled.PredictAll(inputs);
        var answers = session.Run(inputs);
        Assert.That(answers, Has.Length.EqualTo(expected.Count));
        foreach (var (answer, wanted) in answers.Zip(expected))
        {
            Assert.That(answer.shape, Is.EqualTo(wanted.shape));
            var largest = Math.Max(1, wanted.abs().max().ToDouble());
            Assert.That(answer.sub(wanted).abs().max().ToDouble(), Is.LessThan(Tolerance * largest));
        }
    }

    /// <summary>Other running statistics and weights of norms than those that do nothing, so that each is seen in the answer.</summary>
    public static T Stirred<T>(this T model)
        where T : nn.Module
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        foreach (var (name, buffer) in model.named_buffers())
        {
            if (buffer.is_floating_point())
            {
                buffer.copy_(name.EndsWith("var", StringComparison.Ordinal) ? rand_like(buffer) + 0.5 : randn_like(buffer) * 0.1);
            }
        }

        foreach (var parameter in model.parameters().Where(parameter => parameter.dim() == 1))
        {
            parameter.add_(randn_like(parameter) * 0.1);
        }

        return model;
    }
}
