using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class OneDnnCheckTests
{
    private static readonly OneDnnCheck.Shape Grouped = new(Inputs: 24, Outputs: 40, Groups: 2, ScalarType.Float32);

    [TestCase(3, 8, 1, ScalarType.Float32)]
    [TestCase(24, 40, 1, ScalarType.Float32)]
    [TestCase(24, 40, 2, ScalarType.Float32)]
    [TestCase(20, 20, 20, ScalarType.Float32)]
    [TestCase(120, 40, 1, ScalarType.BFloat16)]
    public void A_convolution_as_it_is_defined_is_right(int inputs, int outputs, int groups, ScalarType type) =>
        Assert.That(OneDnnCheck.IsRight(new(inputs, outputs, groups, type), (input, kernel) => Defined(input, kernel, groups)), Is.True);

    [Test]
    public void One_that_answers_NaN_now_and_then_is_wrong()
    {
        var calls = 0;
        Assert.That(OneDnnCheck.IsRight(Grouped, (input, kernel) =>
        {
            var output = Defined(input, kernel, Grouped.Groups);
            return ++calls == 2 ? output + float.NaN : output;
        }), Is.False);
    }

    [Test]
    public void One_that_leaves_a_block_of_channels_out_is_wrong() =>
        Assert.That(
            OneDnnCheck.IsRight(Grouped, (input, kernel) =>
                Defined(input, cat([kernel.narrow(0, 0, 32), kernel.narrow(0, 32, 8) * 0], 0), Grouped.Groups)),
            Is.False);

    [Test]
    public void One_whose_answer_is_right_and_whose_gradient_is_not_is_wrong([Values] bool ofKernel) =>
        Assert.That(
            OneDnnCheck.IsRight(Grouped, (input, kernel) =>
            {
                var wrong = (ofKernel ? kernel : input).narrow(1, 3, 1);
                return Defined(input, kernel, Grouped.Groups) + (wrong - wrong.detach()).sum();
            }),
            Is.False);

    [Test]
    public void Trying_draws_no_random_numbers_and_needs_no_gradients_of_the_caller()
    {
        using var noGradients = no_grad();
        manual_seed(4);
        using var before = get_rng_state();
        using var model = new Recurrent();
        using var made = get_rng_state();

        OneDnnCheck.ThrowIfWrong(model);
        _ = OneDnnCheck.IsRight(Grouped, (input, kernel) => Defined(input, kernel, Grouped.Groups));

        using var after = get_rng_state();
        Assert.That(after.equal(made).all().ToBoolean(), Is.True);
    }

    [TestCase(16, null, "AVX2")]
    [TestCase(16, "AVX2", "SSE41")]
    [TestCase(16, "AVX512_CORE", "AVX2")]
    [TestCase(12, null, "SSE41")]
    public void What_is_wrong_is_an_error_that_names_the_layer_and_the_remedy(int channels, string? limit, string remedy)
    {
        using var model = nn.Sequential(("one", nn.Linear(2, 2)), ("two", nn.Conv2d(3, channels, 3)));

        Assert.That(
            () => OneDnnCheck.ThrowIfWrong(model, layer => layer is not TorchSharp.Modules.Conv2d, limit),
            Throws.TypeOf<FineTuneException>().With.Message.StartsWith("The layer two is computed wrong on this machine")
                .And.Message.EndsWith(
                    $"Nothing was trained. Set ONEDNN_MAX_CPU_ISA={remedy} in the environment before the program starts."));
    }

    // Where oneDNN may do as it likes: most machines are right, some virtual ones with AVX-512 are not.
    [Test]
    public void A_training_of_convolutions_is_right_or_refused()
    {
        var (expected, _) = ChildTraining.Start("", ChildTraining.Convolutions, 0, null, "ONEDNN_MAX_CPU_ISA=SSE41");
        var (output, exitCode) = ChildTraining.Start("", ChildTraining.Convolutions, 0, null, "--unset=ONEDNN_MAX_CPU_ISA");

        TestContext.Out.WriteLine(output);
        if (exitCode == ChildTraining.Failed)
        {
            Assert.That(output, Does.Contain("is computed wrong on this machine"));
        }
        else
        {
            Assert.That(Losses(output), Toy.AgreesWith(Losses(expected)));
        }
    }

    private static IEnumerable<double> Losses(string output) =>
        output.Split(' ').Select(loss => double.Parse(loss, System.Globalization.CultureInfo.InvariantCulture));

    // Each place of the output is a product of the kernel, written out as a matrix, and of the input below it.
    private static Tensor Defined(Tensor input, Tensor kernel, long groups)
    {
        var patches = nn.functional.unfold(input, (kernel.size(2), kernel.size(3))).reshape(input.size(0), groups, -1, 1);
        var matrices = kernel.reshape(groups, kernel.size(0) / groups, -1);
        return matrices.matmul(patches).reshape(input.size(0), kernel.size(0), 1, 1);
    }
}
