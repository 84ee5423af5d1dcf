using TorchSharp;
using TorchSharp.Modules;

using static TorchSharp.torch;

namespace FineTune.LibTorch.Tests.Optim;

public class OptimizerTests
{
    private static readonly Dictionary<string, Func<IEnumerable<Parameter>, OptimizerHelper>> Optimizers = new()
    {
        ["SGD"] = parameters => optim.SGD(parameters, 0.1),
        ["SGD with momentum"] = parameters => optim.SGD(parameters, 0.1, momentum: 0.9, nesterov: true),
        ["Adam"] = parameters => optim.Adam(parameters, 0.1),
        ["Adam with AMSGrad"] = parameters => optim.Adam(parameters, 0.1, amsgrad: true, weight_decay: 0.01),
        ["AdamW"] = parameters => optim.AdamW(parameters, 0.1, weight_decay: 0.01),
        ["RMSProp"] = parameters => optim.RMSProp(parameters, 0.1),
        ["RMSProp, centered, with momentum"] = parameters => optim.RMSProp(parameters, 0.1, momentum: 0.9, centered: true),
        ["Adagrad"] = parameters => optim.Adagrad(parameters, 0.1),
    };

    private static IEnumerable<string> Names => Optimizers.Keys;

    [TestCaseSource(nameof(Names))]
    public void A_step_goes_downhill(string name)
    {
        using var weight = nn.Parameter(ones(4));
        using var optimizer = Optimizers[name]([weight]);

        Descend(optimizer, weight, 1);

        Assert.That(weight.data<float>().ToArray(), Has.All.LessThan(1f));
    }

    [TestCaseSource(nameof(Names))]
    public void An_optimizer_that_takes_over_the_state_goes_on_bit_for_bit(string name)
    {
        using var weight = nn.Parameter(linspace(-1, 1, 4));
        using var optimizer = Optimizers[name]([weight]);
        Descend(optimizer, weight, 3);
        using var copy = nn.Parameter(weight.detach().clone());
        using var successor = Optimizers[name]([copy]);

        successor.load_state_dict(optimizer.state_dict());
        Descend(optimizer, weight, 3);
        Descend(successor, copy, 3);

        Assert.That(copy.data<float>().ToArray(), Is.EqualTo(weight.data<float>().ToArray()));
    }

    [TestCaseSource(nameof(Names))]
    public void State_saved_and_loaded_is_the_same(string name)
    {
        using var weight = nn.Parameter(linspace(-1, 1, 4));
        using var optimizer = Optimizers[name]([weight]);
        Descend(optimizer, weight, 2);
        optimizer.ParamGroups.First().LearningRate = 0.25;
        var stream = new MemoryStream();
        optimizer.save_state_dict(new BinaryWriter(stream));

        using var other = Optimizers[name]([weight]);
        stream.Position = 0;
        other.load_state_dict(new BinaryReader(stream));

        Assert.That(other.state_dict().State[0].ApproximatelyEquals(optimizer.state_dict().State[0]));
        Assert.That(other.ParamGroups.First().LearningRate, Is.EqualTo(0.25));
        Assert.That(stream.Position, Is.EqualTo(stream.Length));
    }

    [TestCaseSource(nameof(Names))]
    public void A_parameter_without_a_gradient_stays(string name)
    {
        using var weight = nn.Parameter(ones(4));
        using var idle = nn.Parameter(ones(4));
        using var optimizer = Optimizers[name]([weight, idle]);

        Descend(optimizer, weight, 2);

        Assert.That(idle.data<float>().ToArray(), Has.All.EqualTo(1f));
    }

    [Test]
    public void Each_group_moves_at_its_own_rate_and_takes_what_it_does_not_state_from_the_optimizer()
    {
        using var slow = nn.Parameter(ones(1));
        using var fast = nn.Parameter(ones(1));
        using var optimizer = optim.SGD(
            [new SGD.ParamGroup { Parameters = [slow] }, new SGD.ParamGroup([fast], 0.5)], 0.1, momentum: 0.9);
        (slow + fast).sum().backward();

        optimizer.step();

        Assert.That(slow.ToSingle(), Is.EqualTo(0.9f));
        Assert.That(fast.ToSingle(), Is.EqualTo(0.5f));
        Assert.That(optimizer.ParamGroups.Select(group => group.LearningRate), Is.EqualTo([0.1, 0.5]));
        Assert.That(optimizer.ParamGroups.Cast<SGD.ParamGroup>().Select(group => group.Momentum), Is.EqualTo([0.9, 0]));
    }

    [Test]
    public void A_learning_rate_set_between_steps_counts_from_the_next_step()
    {
        using var weight = nn.Parameter(ones(1));
        using var optimizer = optim.SGD([weight], 0.1);
        optimizer.ParamGroups.First().LearningRate = 1;
        weight.sum().backward();

        optimizer.step();

        Assert.That(weight.ToSingle(), Is.Zero);
    }

    [Test]
    public void A_group_added_later_is_optimized_too()
    {
        using var first = nn.Parameter(ones(1));
        using var later = nn.Parameter(ones(1));
        using var optimizer = optim.Adam([first], 0.5);
        optimizer.add_param_group(new Adam.ParamGroup { Parameters = [later] });
        (first + later).sum().backward();

        optimizer.step();

        Assert.That(later.ToSingle(), Is.EqualTo(0.5f).Within(1e-6));
        Assert.That(optimizer.parameters(), Is.EqualTo([first, later]));
    }

    [Test]
    public void To_maximize_is_to_minimize_the_negative_and_leaves_the_gradient_as_it_was()
    {
        using var weight = nn.Parameter(ones(1));
        using var optimizer = optim.SGD([weight], 0.1, maximize: true);
        weight.sum().backward();

        optimizer.step();

        Assert.That(weight.ToSingle(), Is.EqualTo(1.1f));
        Assert.That(weight.grad()!.ToSingle(), Is.EqualTo(1f));
    }

    [Test]
    public void Gradients_are_zeroed_and_not_dropped()
    {
        using var weight = nn.Parameter(ones(1));
        using var optimizer = optim.SGD([weight], 0.1);
        weight.sum().backward();

        optimizer.zero_grad();

        Assert.That(weight.grad()!.ToSingle(), Is.Zero);
    }

    [Test]
    public void The_closure_s_loss_is_what_a_step_returns()
    {
        using var weight = nn.Parameter(ones(1));
        using var optimizer = optim.SGD([weight], 0.1);

        Tensor? loss;
        using (no_grad())
            loss = optimizer.step(() =>
            {
                var result = (weight * 3).sum();
                result.backward();
                return result;
            });

        Assert.That(loss!.ToSingle(), Is.EqualTo(3f));
        Assert.That(weight.ToSingle(), Is.EqualTo(0.7f).Within(1e-6));
    }

    [Test]
    public void State_of_another_kind_or_size_is_refused()
    {
        using var weight = nn.Parameter(ones(1));
        using var other = nn.Parameter(ones(1));
        using var optimizer = optim.Adam([weight]);
        var stream = new MemoryStream();
        optimizer.save_state_dict(new BinaryWriter(stream));

        stream.Position = 0;
        using var rmsprop = optim.RMSProp([weight]);
        Assert.That(() => rmsprop.load_state_dict(new BinaryReader(stream)), Throws.InstanceOf<InvalidDataException>());
        using var two = optim.Adam([weight, other]);
        Assert.That(() => two.load_state_dict(optimizer.state_dict()), Throws.ArgumentException);
    }

    private static void Descend(OptimizerHelper optimizer, Parameter weight, int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            optimizer.zero_grad();
            (weight + 2).pow(2).sum().backward();
            optimizer.step();
        }
    }
}
