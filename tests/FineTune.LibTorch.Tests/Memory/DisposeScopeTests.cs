using TorchSharp;
using TorchSharp.Modules;

using static TorchSharp.torch;

namespace FineTune.LibTorch.Tests.Memory;

public class DisposeScopeTests
{
    [Test]
    public void A_scope_disposes_what_was_created_in_it_and_not_moved_out()
    {
        Tensor inner, kept, detached;
        using (NewDisposeScope())
        {
            using (NewDisposeScope())
            {
                inner = ones(1);
                kept = (inner + 1).MoveToOuterDisposeScope();
                detached = ones(3).DetachFromDisposeScope();
            }

            Assert.That(inner.IsInvalid, Is.True);
            Assert.That(kept.ToSingle(), Is.EqualTo(2f));
        }

        Assert.That(kept.IsInvalid, Is.True);
        Assert.That(detached.IsInvalid, Is.False);
        detached.Dispose();
    }

    [Test]
    public void Use_after_disposal_says_so()
    {
        Tensor x = ones(2);
        x.Dispose();

        Assert.That(() => x.add(1), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => x.shape, Throws.InstanceOf<InvalidOperationException>());
    }

    [Test]
    public void A_parameter_takes_over_the_tensor_it_is_made_of()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor source = ones(2);

        var parameter = new Parameter(source);

        Assert.That(source.IsInvalid, Is.True);
        Assert.That(parameter.requires_grad, Is.True);
        Assert.That(scope.Contains(parameter), Is.True);
        Assert.That(scope.DisposablesCount, Is.EqualTo(1));
    }

    [Test]
    public void Live_tensors_are_counted()
    {
        using DisposeScope scope = NewDisposeScope();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        using (NewDisposeScope())
        {
            using Tensor x = ones(2);
            (x + 1).mul_(2);
            Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(before + 2));
        }

        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(before));
    }
}
