using static TorchSharp.torch;

namespace FineTune;

/// <summary>Sees the outermost modules below another one as they run, and puts something in the place of what they answer.</summary>
internal sealed class ReplacingHooks : IDisposable
{
    private readonly List<Action> hooks = [];
    private readonly Action<nn.Module, IReadOnlyList<Tensor>> called;
    private readonly Func<Tensor, Tensor> replaced;
    private int depth;

    public ReplacingHooks(nn.Module root, Action<nn.Module, IReadOnlyList<Tensor>> called, Func<Tensor, Tensor> replaced)
    {
        this.called = called;
        this.replaced = replaced;
        foreach (var module in root.named_modules().Select(named => named.module).Distinct(ReferenceEqualityComparer.Instance))
        {
            Watch((nn.Module)module!);
        }
    }

    public void Dispose() => hooks.ForEach(static remove => remove());

    private void Watch(nn.Module module)
    {
        switch (module)
        {
            case nn.Module<Tensor, Tensor> one:
                hooks.Add(one.register_forward_pre_hook((_, x) =>
                {
                    Before(module, x);
                    return x;
                }).remove);
                hooks.Add(one.register_forward_hook((_, _, output) => After(output)).remove);
                break;
            case nn.Module<Tensor, Tensor, Tensor> two:
                hooks.Add(two.register_forward_pre_hook((_, x, y) =>
                {
                    Before(module, x, y);
                    return null;
                }).remove);
                hooks.Add(two.register_forward_hook((_, _, _, output) => After(output)).remove);
                break;
            case nn.Module<Tensor, Tensor, Tensor, Tensor> three:
                hooks.Add(three.register_forward_pre_hook((_, x, y, z) =>
                {
                    Before(module, x, y, z);
                    return null;
                }).remove);
                hooks.Add(three.register_forward_hook((_, _, _, _, output) => After(output)).remove);
                break;
        }
    }

    private void Before(nn.Module module, params IReadOnlyList<Tensor> inputs)
    {
        if (depth++ == 0)
        {
            called(module, inputs);
        }
    }

    private Tensor After(Tensor output) => --depth == 0 ? replaced(output) : output;
}
