using TorchSharp;

using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.LibTorch.Tests.NN;

public class HookTests
{
    private sealed class Sum2() : Module<Tensor, Tensor, Tensor>("two")
    {
        public override Tensor forward(Tensor a, Tensor b) => a + b;
    }

    private sealed class Sum3() : Module<Tensor, Tensor, Tensor, Tensor>("three")
    {
        public override Tensor forward(Tensor a, Tensor b, Tensor c) => a + b + c;
    }

    private sealed class Count6() : Module<int, int, int, int, int, int, int>("six")
    {
        public override int forward(int a, int b, int c, int d, int e, int f) => a + b + c + d + e + f;
    }

    [Test]
    public void A_hook_that_gives_null_leaves_the_input_and_the_result_as_they_are()
    {
        using var layer = Identity();
        var seen = new List<float>();
        layer.register_forward_pre_hook((_, x) =>
        {
            seen.Add(x.ToSingle());
            return null!;
        });
        layer.register_forward_hook((module, x, y) =>
        {
            Assert.That(module, Is.SameAs(layer));
            seen.Add(y.ToSingle());
            return null!;
        });

        Assert.That(layer.call(ones(1)).ToSingle(), Is.EqualTo(1));
        Assert.That(seen, Is.EqualTo([1f, 1f]));
    }

    [Test]
    public void Hooks_of_several_inputs_replace_all_of_them_or_none()
    {
        using var two = new Sum2();
        using var three = new Sum3();
        two.register_forward_pre_hook((_, a, b) => (a * 10, b * 100));
        two.register_forward_pre_hook((_, _, _) => null);
        three.register_forward_pre_hook((_, a, b, c) => (c, b, a * 7));
        three.register_forward_hook((_, a, b, c, sum) => sum + a);

        Assert.That(two.call(ones(1), ones(1)).ToSingle(), Is.EqualTo(110));
        Assert.That(three.call(ones(1), ones(1), ones(1)).ToSingle(), Is.EqualTo(10));
    }

    [Test]
    public void Modules_take_up_to_six_inputs_of_any_type()
    {
        using var six = new Count6();
        six.register_forward_pre_hook((_, a, b, c, d, e, f) => (f, e, d, c, b, a + 10));
        six.register_forward_hook((_, _, _, _, _, _, _, sum) => sum * 2);

        Assert.That(six.call(1, 2, 3, 4, 5, 6), Is.EqualTo(62));
    }

    [Test]
    public void Hooks_run_in_the_order_in_which_they_were_added_and_inside_a_sequence_too()
    {
        var layer = Identity();
        using var net = Sequential(layer, Identity());
        layer.register_forward_hook((_, _, y) => y + 1);
        layer.register_forward_hook((_, _, y) => y * 3);

        Assert.That(net.call(ones(1)).ToSingle(), Is.EqualTo(6));
    }

    [Test]
    public void A_hook_may_remove_itself_while_it_runs()
    {
        using var layer = Identity();
        int calls = 0;
        Action remove = () => { };
        var remover = layer.register_forward_pre_hook((_, x) =>
        {
            calls++;
            remove();
            return x;
        });
        remove = remover.remove;

        layer.call(ones(1)).Dispose();
        layer.call(ones(1)).Dispose();

        Assert.That(calls, Is.EqualTo(1));
    }
}
