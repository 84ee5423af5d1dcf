using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Interop;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.LibTorch.Tests;

public sealed class InferenceWeightsTests
{
    private static IEnumerable<TestCaseData> Pairs()
    {
        yield return new TestCaseData(() => (Module<Tensor, Tensor>)Conv1d(4, 6, 3), () => (NormBase)BatchNorm1d(6), new long[] { 5, 4, 9 }).SetArgDisplayNames("1d");
        yield return new TestCaseData(() => (Module<Tensor, Tensor>)Conv2d(4, 6, 3, bias: false), () => (NormBase)BatchNorm2d(6), new long[] { 5, 4, 9, 9 }).SetArgDisplayNames("2d without bias");
        yield return new TestCaseData(() => (Module<Tensor, Tensor>)Conv2d(4, 8, 3, stride: 2, padding: 1, groups: 4), () => (NormBase)BatchNorm2d(8, eps: 1e-3), new long[] { 5, 4, 9, 9 }).SetArgDisplayNames("2d in groups");
        yield return new TestCaseData(() => (Module<Tensor, Tensor>)Conv2d(4, 6, 3, padding: 1, padding_mode: PaddingModes.Reflect), () => (NormBase)BatchNorm2d(6, affine: false), new long[] { 5, 4, 9, 9 }).SetArgDisplayNames("2d reflecting, not affine");
        yield return new TestCaseData(() => (Module<Tensor, Tensor>)Conv3d(2, 3, 2), () => (NormBase)BatchNorm3d(3), new long[] { 2, 2, 5, 5, 5 }).SetArgDisplayNames("3d");
    }

    [TestCaseSource(nameof(Pairs))]
    public void A_folded_pair_answers_as_the_two_do(Func<Module<Tensor, Tensor>> convolutionOf, Func<NormBase> normOf, long[] shape)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradients = no_grad();
        (Module<Tensor, Tensor> convolution, NormBase norm) = (convolutionOf(), normOf());
        norm.running_mean!.normal_(0, 1);
        norm.running_var!.uniform_(0.3, 3);
        norm.weight?.normal_(1, 1);
        norm.bias?.normal_(0, 1);
        norm.eval();
        Tensor input = randn(shape), expected = empty(0);
        ConvolutionCalls calls = ConvolutionCalls.Watch(() => expected = Forward());
        using InferenceWeights folded = calls.Folded();

        Assert.That(calls.Foldable, Is.EqualTo(1));
        using (folded.Enter())
            Assert.That((Forward() - expected).abs().max().ToDouble(), Is.LessThan(1e-5 * expected.abs().max().ToDouble()).And.GreaterThan(0));
        Assert.That(Forward().Equals(expected) || Forward().allclose(expected, 0, 0), "nothing is folded once it is left");

        Tensor Forward() => norm.call(convolution.call(input));
    }

    [Test]
    public void What_measures_its_batch_has_no_statistics_or_is_called_twice_is_not_folded()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradients = no_grad();
        Tensor input = randn(2, 3, 8, 8);
        Conv2d convolution = Conv2d(3, 4, 3), again = Conv2d(4, 4, 3);
        BatchNorm2d training = BatchNorm2d(4), without = BatchNorm2d(4, track_running_stats: false), twice = BatchNorm2d(4);
        without.eval();
        twice.eval();

        Assert.That(Count(() => training.call(convolution.call(input))), Is.Zero);
        Assert.That(Count(() => without.call(convolution.call(input))), Is.Zero);
        Assert.That(Count(() => twice.call(again.call(twice.call(convolution.call(input))))), Is.Zero);
        Assert.That(Count(() => twice.call(convolution.call(input).relu())), Is.Zero);

        static int Count(Action forward) => ConvolutionCalls.Watch(forward).Foldable;
    }

    [TestCaseSource(nameof(PackedShapes))]
    public void Packed_weights_answer_to_oneDNNs_layout_as_the_module_does(Func<Module<Tensor, Tensor>> convolutionOf, bool hasNorm)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradients = no_grad();
        Module<Tensor, Tensor> convolution = convolutionOf();
        BatchNorm2d norm = BatchNorm2d(8);
        norm.running_mean!.normal_(0, 1);
        norm.eval();
        Tensor input = randn(5, 4, 9, 9), expected = empty(0);
        ConvolutionCalls calls = ConvolutionCalls.Watch(() => expected = Forward(input));
        using InferenceWeights packed = calls.Packed();

        Assert.That(calls.Count, Is.EqualTo(1));
        using (packed.Enter())
        {
            Tensor opaque = Forward(Aten.Call("to_mkldnn", input));
            Assert.That(() => opaque.bytes.Length, Throws.InstanceOf<NotImplementedException>(), "nothing was brought into another layout in between");
            Assert.That((Aten.Call("to_dense", opaque) - expected).abs().max().ToDouble(), Is.LessThan(1e-5 * expected.abs().max().ToDouble()));
        }

        Tensor Forward(Tensor pictures)
        {
            Tensor answer = convolution.call(pictures);
            return hasNorm ? norm.call(answer) : answer;
        }
    }

    private static IEnumerable<TestCaseData> PackedShapes()
    {
        yield return new TestCaseData(() => (Module<Tensor, Tensor>)Conv2d(4, 8, 3, padding: 1), false).SetArgDisplayNames("alone");
        yield return new TestCaseData(() => (Module<Tensor, Tensor>)Conv2d(4, 8, 3, bias: false), true).SetArgDisplayNames("folded");
        yield return new TestCaseData(() => (Module<Tensor, Tensor>)Conv2d(4, 8, 3, stride: 2, padding: 2, dilation: 2, groups: 4), true).SetArgDisplayNames("in groups, folded");
    }

    [Test]
    public void What_is_no_float_cannot_be_packed()
    {
        using DisposeScope scope = NewDisposeScope();
        Conv2d convolution = Conv2d(4, 8, 3, dtype: ScalarType.Float64);
        ConvolutionCalls calls = ConvolutionCalls.Watch(() => convolution.call(randn([1, 4, 9, 9], ScalarType.Float64)));

        Assert.That(calls.Packed, Throws.InstanceOf<ExternalException>());
    }

    [Test]
    public void Another_thread_computes_as_ever_and_prepared_weights_are_freed([Values] bool packs)
    {
        using IDisposable noGradients = no_grad();
        using Conv2d convolution = Conv2d(3, 4, 3);
        using BatchNorm2d norm = BatchNorm2d(4);
        norm.running_mean!.add_(0.7);
        norm.eval();
        using Tensor input = randn(2, 3, 8, 8);
        long before = Tensor.TotalCount;
        ConvolutionCalls calls = ConvolutionCalls.Watch(() => norm.call(convolution.call(input)).Dispose());
        using (InferenceWeights prepared = packs ? calls.Packed() : calls.Folded())
        using (prepared.Enter())
        {
            bool isActive = true;
            var other = new Thread(() => isActive = InferenceWeights.Active is not null);
            other.Start();
            other.Join();
            Assert.That(isActive, Is.False);
            Assert.That(InferenceWeights.Active, Is.SameAs(prepared));
        }

        Assert.That(InferenceWeights.Active, Is.Null);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.That(Tensor.TotalCount, Is.LessThanOrEqualTo(before));
    }
}
