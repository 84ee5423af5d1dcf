using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.LibTorch.Tests;

public sealed class FoldedNormsTests
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
        using FoldedNorms folded = FoldedNorms.Watch(() => expected = Forward());

        Assert.That(folded.Count, Is.EqualTo(1));
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

        static int Count(Action forward)
        {
            using FoldedNorms folded = FoldedNorms.Watch(forward);
            return folded.Count;
        }
    }

    [Test]
    public void Another_thread_computes_as_ever_and_folded_weights_are_freed()
    {
        using IDisposable noGradients = no_grad();
        using Conv2d convolution = Conv2d(3, 4, 3);
        using BatchNorm2d norm = BatchNorm2d(4);
        norm.running_mean!.add_(0.7);
        norm.eval();
        using Tensor input = randn(2, 3, 8, 8);
        long before = Tensor.TotalCount;
        using (FoldedNorms folded = FoldedNorms.Watch(() => norm.call(convolution.call(input)).Dispose()))
        using (folded.Enter())
        {
            bool isActive = true;
            var other = new Thread(() => isActive = FoldedNorms.Active is not null);
            other.Start();
            other.Join();
            Assert.That(isActive, Is.False);
            Assert.That(FoldedNorms.Active, Is.SameAs(folded));
        }

        Assert.That(FoldedNorms.Active, Is.Null);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.That(Tensor.TotalCount, Is.LessThanOrEqualTo(before));
    }
}
