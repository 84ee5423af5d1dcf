using TorchSharp;
using TorchSharp.Modules;

using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.LibTorch.Tests.NN;

public class ModuleTests
{
    private sealed class Net : Module<Tensor, Tensor>
    {
        private readonly Linear second = Linear(3, 2);
        private readonly Linear first = Linear(4, 3);
        private readonly Tensor offset = zeros(4);
        private readonly Parameter scale = Parameter(ones(1));

        public Net() : base(nameof(Net)) => RegisterComponents();

        public int TrainCalls { get; private set; }

        public override Tensor forward(Tensor x) => this.second.call(this.first.call(x + this.offset)) * this.scale;

        public override void train(bool train = true)
        {
            TrainCalls++;
            base.train(train);
        }
    }

    private class Base : Module<Tensor, Tensor>
    {
        protected readonly Linear shared = Linear(1, 1);
        private readonly Linear hidden = Linear(1, 1);

        protected Base() : base("base") { }

        public Linear Property { get; } = Linear(1, 1);

        public override Tensor forward(Tensor x) => this.hidden.call(x);
    }

    private sealed class Derived : Base
    {
        public readonly Linear Own = Linear(1, 1);

        public Derived() => RegisterComponents();
    }

    [Test]
    public void Fields_are_registered_under_their_names_in_the_order_of_declaration()
    {
        using var net = new Net();

        Assert.That(net.named_parameters().Select(p => p.name), Is.EqualTo(["scale", "second.weight", "second.bias", "first.weight", "first.bias"]));
        Assert.That(net.named_buffers().Select(b => b.name), Is.EqualTo(["offset"]));
        Assert.That(net.named_children().Select(c => c.name), Is.EqualTo(["second", "first"]));
        Assert.That(net.GetName(), Is.EqualTo("Net"));
    }

    [Test]
    public void Fields_of_the_derived_class_come_first_then_inherited_ones_then_private_ones_of_the_base()
    {
        using var derived = new Derived();

        Assert.That(derived.named_children().Select(c => c.name), Is.EqualTo(["Own", "shared", "hidden", "<Property>k__BackingField"]));
    }

    [Test]
    public void Modes_reach_every_level_through_the_overrides()
    {
        var inner = new Net();
        using var outer = Sequential(("a", Sequential(inner)), ("b", Dropout()));

        outer.eval();

        Assert.That(outer.modules().Select(m => m.training), Has.All.False);
        Assert.That(inner.TrainCalls, Is.EqualTo(1));
    }

    [Test]
    public void Names_of_modules_have_a_dot_for_each_level_and_leave_out_the_root()
    {
        using var net = Sequential(("a", Sequential(Linear(1, 1), ReLU())), ("b", Dropout()));

        Assert.That(net.named_modules().Select(m => m.name), Is.EqualTo(["a", "b", "a.0", "a.1"]));
    }

    [Test]
    public void A_parameter_that_two_modules_share_is_listed_once()
    {
        var shared = Linear(2, 2);
        using var net = Sequential(shared, shared);

        Assert.That(net.parameters().Count(), Is.EqualTo(2));
        Assert.That(net.state_dict().Keys, Is.EquivalentTo(["0.weight", "0.bias", "1.weight", "1.bias"]));
    }

    [Test]
    public void Hooks_see_and_replace_what_goes_in_and_out_of_a_call_until_removed()
    {
        using var layer = Identity();
        var before = layer.register_forward_pre_hook((_, x) => x + 1);
        var after = layer.register_forward_hook((_, _, y) => y * 10);
        using var x = ones(1);

        Assert.That(layer.call(x).ToSingle(), Is.EqualTo(20));
        Assert.That(layer.forward(x).ToSingle(), Is.EqualTo(1), "hooks belong to call");
        before.remove();
        after.remove();
        Assert.That(layer.call(x).ToSingle(), Is.EqualTo(1));
    }

    [Test]
    public void State_is_copied_by_name_and_strictness_says_what_differs()
    {
        using var from = Sequential(("a", Linear(2, 2)), ("b", Linear(2, 1)));
        using var to = Sequential(("a", Linear(2, 2)), ("c", Linear(2, 1)));
        var weight = to.get_parameter("a.weight")!;

        Assert.That(() => to.load_state_dict(from.state_dict()), Throws.InvalidOperationException);
        var (missing, unexpected) = to.load_state_dict(from.state_dict(), strict: false);

        Assert.That(missing, Is.EqualTo(["c.weight", "c.bias"]));
        Assert.That(unexpected, Is.EqualTo(["b.weight", "b.bias"]));
        Assert.That(weight.allclose(from.get_parameter("a.weight")!));
        Assert.That(to.get_parameter("a.weight"), Is.SameAs(weight));
    }

    [Test]
    public void What_is_saved_loads_bit_for_bit()
    {
        using var from = Sequential(Conv2d(1, 2, 3), BatchNorm2d(2));
        using var to = Sequential(Conv2d(1, 2, 3), BatchNorm2d(2));
        from.forward(randn(4, 1, 5, 5)).Dispose();
        var stream = new MemoryStream();
        from.save(stream);

        to.load(new MemoryStream(stream.ToArray()));

        foreach (var (name, tensor) in from.state_dict())
            Assert.That(to.state_dict()[name].allclose(tensor), name);
        Assert.That(to.get_buffer("1.num_batches_tracked")!.ToInt64(), Is.EqualTo(1));
    }

    [Test]
    public void A_conversion_keeps_every_parameter_the_same_object_and_leaves_integers_alone()
    {
        using var net = Sequential(Linear(2, 2), BatchNorm1d(2));
        var parameters = net.parameters().ToList();

        net.to(ScalarType.Float64);

        Assert.That(net.parameters(), Is.EqualTo(parameters));
        Assert.That(parameters.Select(p => p.dtype), Has.All.EqualTo(ScalarType.Float64));
        Assert.That(net.get_buffer("1.num_batches_tracked")!.dtype, Is.EqualTo(ScalarType.Int64));
        Assert.That(net.call(randn(3, 2, dtype: ScalarType.Float64)).dtype, Is.EqualTo(ScalarType.Float64));
        Assert.That(() => net.to(ScalarType.Int64), Throws.ArgumentException);
    }

    [Test]
    public void Gradients_are_dropped_or_zeroed_as_asked()
    {
        using var net = Sequential(Linear(2, 1));
        net.call(ones(1, 2)).sum().backward();

        net.zero_grad(set_to_none: false);
        Assert.That(net.parameters().Select(p => p.grad()!.abs().sum().ToSingle()), Has.All.Zero);
        net.zero_grad();
        Assert.That(net.parameters().Select(p => p.grad()), Has.All.Null);
    }

    [Test]
    public void Registration_refuses_names_that_are_taken_empty_or_dotted()
    {
        using var net = new Net();

        Assert.That(() => net.register_module("first", Linear(1, 1)), Throws.InvalidOperationException);
        Assert.That(() => net.register_module("a.b", Linear(1, 1)), Throws.ArgumentException);
        Assert.That(() => net.register_module("", Linear(1, 1)), Throws.ArgumentException);
        Assert.That(() => net.register_parameter("scale", Parameter(ones(1))), Throws.InvalidOperationException);
        Assert.That(() => net.register_buffer("offset", ones(1)), Throws.InvalidOperationException);
    }

    [Test]
    public void A_slice_shares_the_modules_and_their_names()
    {
        using var net = Sequential(("a", Linear(1, 2)), ("b", Linear(2, 3)), ("c", Linear(3, 4)));

        var tail = net[1..];

        Assert.That(tail.named_children().Select(c => c.name), Is.EqualTo(["b", "c"]));
        Assert.That(tail[0], Is.SameAs(net[1]));
        Assert.That(() => net[(0, 4)], Throws.InstanceOf<IndexOutOfRangeException>());
    }

    [Test]
    public void Lists_and_dictionaries_of_modules_are_part_of_the_tree()
    {
        using var list = ModuleList(Linear(1, 1), Linear(1, 1));
        using var dictionary = ModuleDict(("x", Linear(1, 1)), ("y", Linear(1, 1)));

        Assert.That(list.named_parameters().Select(p => p.name), Is.EqualTo(["0.weight", "0.bias", "1.weight", "1.bias"]));
        Assert.That(dictionary.named_parameters().Select(p => p.name), Is.EqualTo(["x.weight", "x.bias", "y.weight", "y.bias"]));
    }

    [Test]
    public void Lists_and_dictionaries_of_parameters_are_part_of_the_tree()
    {
        using var list = ParameterList(Parameter(ones(1)), Parameter(ones(2)));
        using var dictionary = ParameterDict(("x", Parameter(ones(3))), ("y", Parameter(ones(4))));
        using var both = ModuleDict<Module>(("list", list), ("dictionary", dictionary));

        Assert.That(both.named_parameters().Select(p => p.name), Is.EqualTo(["list.0", "list.1", "dictionary.x", "dictionary.y"]));
        Assert.That(both.get_parameter("dictionary.y"), Is.SameAs(dictionary["y"]));
        Assert.That(both.get_parameter("list.1"), Is.SameAs(list[1]));
        Assert.That(both.has_parameter("list.2"), Is.False);
        Assert.That(both.state_dict(), Has.Count.EqualTo(4));
    }

    [Test]
    public void A_disposed_module_has_disposed_its_parameters_even_if_made_within_a_scope()
    {
        Module<Tensor, Tensor> net;
        using (NewDisposeScope())
            net = Sequential(Linear(2, 2), BatchNorm1d(2));
        var tensors = net.state_dict().Values.ToList();
        Assert.That(tensors.Select(t => t.IsInvalid), Has.All.False);

        net.Dispose();

        Assert.That(tensors.Select(t => t.IsInvalid), Has.All.True);
    }
}
