using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using static TorchSharp.torch;

namespace FineTune.Tests;

[NonParallelizable]
public sealed partial class OperatorsTests
{
    /// <summary>Each function of the source, called once.</summary>
    private static readonly Dictionary<string, Action> Calls = new()
    {
        ["norms"] = () => Operators.Norms([tensor(new[] { 3f, 4f }), tensor(0f)]),
        ["scale"] = () => Operators.Scale([ones(2)], 2),
        ["clamp"] = () => Operators.Clamp([ones(2)], 0.5),
        ["lies_like"] = Adam,
        ["lie_alike"] = Adam,
        ["mark_written"] = Adam,
        ["adam"] = Adam,
        ["copy"] = () => Operators.Copy([zeros(2), zeros(1, ScalarType.Int64)], [ones(2), ones(1, ScalarType.Int64)]),
        ["follow"] = () => Operators.Follow([ones(2)], [zeros(2, ScalarType.BFloat16)]),
        ["sgd"] = () => Operators.Sgd([zeros(2)], [ones(2)], [zeros(2)], 0.1, 0.9, 0, 0, nesterov: false, first: true, fused: true),
        ["rmsprop"] = () => Operators.RmsProp([zeros(2)], [ones(2)], [zeros(2)], [zeros(2)], [zeros(2)], 0.1, 0.9, 1e-8, 0, 0.5),
    };

    private static IEnumerable<string> Functions => Definition().Matches(Operators.Source).Select(match => match.Groups[1].Value);

    [TestCaseSource(nameof(Functions))]
    public void Each_function_can_be_called(string function)
    {
        using var scope = NewDisposeScope();

        Assert.That(Calls.Keys, Does.Contain(function));
        Assert.That(() => Calls[function](), Throws.Nothing);
    }

    [Test]
    public void Norms_are_in_single_precision_whatever_the_gradients_are_in()
    {
        using var scope = NewDisposeScope();

        var norms = Operators.Norms(
        [
            tensor(new[] { 3f, 4f }), tensor(new[] { 6.0, 8.0 }), tensor(new[] { 3f, 4f }).bfloat16(),
            zeros(2, 0), tensor(float.PositiveInfinity),
        ]);

        Assert.That(norms.data<float>().ToArray(), Is.EqualTo([5f, 10f, 5f, 0f, float.PositiveInfinity]));
    }

    [Test]
    public void Gradients_are_scaled_and_clipped_in_place()
    {
        using var scope = NewDisposeScope();
        Tensor[] gradients = [tensor(new[] { 3f, -4f }), tensor(new[] { 6.0, -0.5 })];

        Operators.Scale(gradients, 0.5);
        Assert.That(Values(gradients[0]), Is.EqualTo([1.5, -2]));
        Assert.That(Values(gradients[1]), Is.EqualTo([3, -0.25]));

        Operators.Clamp(gradients, 1.75);
        Assert.That(Values(gradients[0]), Is.EqualTo([1.5, -1.75]));
        Assert.That(Values(gradients[1]), Is.EqualTo([1.75, -0.25]));
    }

    [Test]
    public void Tensors_that_do_not_fit_together_are_an_exception()
    {
        using var scope = NewDisposeScope();

        Assert.That(() => Operators.Norms([]), Throws.InstanceOf<ExternalException>());
        Assert.That(
            () => Operators.Sgd([zeros(2)], [ones(2), ones(2)], [], 0.1, 0, 0, 0, nesterov: false, first: false, fused: true),
            Throws.InstanceOf<ExternalException>());
        Assert.That(
            () => Operators.RmsProp([zeros(2)], [ones(3)], [zeros(2)], [], [], 0.1, 0.9, 1e-8, 0, 0),
            Throws.InstanceOf<ExternalException>());
    }

    [Test]
    public void Threads_may_call_at_once_and_numbers_outlive_the_collections_of_others()
    {
        const int Threads = 8, Times = 300;
        using var over = new CancellationTokenSource();
        var collecting = Task.Run(() =>
        {
            while (!over.IsCancellationRequested)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        });
        var wrong = 0;

        var calling = Enumerable.Range(1, Threads)
            .Select(seed => Task.Factory.StartNew(() => Call(seed), TaskCreationOptions.LongRunning)).ToArray();
        Task.WaitAll(calling);
        over.Cancel();
        collecting.Wait();

        Assert.That(wrong, Is.Zero);

        void Call(int seed)
        {
            using var noGradients = no_grad();
            for (var i = 1; i <= Times; i++)
            {
                using var scope = NewDisposeScope();
                var (parameter, buffer, scaled) = (zeros(16), zeros(16), full([16], (float)seed));
                var factor = 1 + (i % 100);
                Operators.Scale([scaled], factor);
                Operators.Sgd([parameter], [scaled], [buffer], 0.5, 0.25, 0, 0, nesterov: false, first: true, fused: true);
                var norms = Operators.Norms([scaled, buffer, parameter]);

                // Small enough whole numbers that no sum is rounded.
                var expected = 4f * seed * factor;
                if (!norms.data<float>().ToArray().SequenceEqual([expected, expected, expected / 2]))
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        }
    }

    private static void Adam() => Operators.Adam(
        [zeros(2)], [ones(2)], [zeros(2)], [zeros(2)], [zeros([])], 0.1, 0.9, 0.999, 1e-8, 0, decoupled: false, fused: true);

    private static double[] Values(Tensor tensor) => tensor.to(ScalarType.Float64).data<double>().ToArray();

    [GeneratedRegex(@"^def (\w+)", RegexOptions.Multiline)]
    private static partial Regex Definition();
}
