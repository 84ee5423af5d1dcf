using static TorchSharp.torch;

namespace FineTune;

/// <summary>
/// Watches modules while a batch goes through them, until it is disposed of: whatever they take and answer, as long as the first of it
/// is a tensor; other modules are left alone. What is run past its <c>call</c>, by <c>forward</c>, is not seen.
/// </summary>
internal sealed class CallHooks : IDisposable
{
    private readonly List<Action> hooks = [];

    /// <summary>Tells of each call, with the first of its inputs, before it runs.</summary>
    public void Before(nn.Module module, Action<Tensor> then)
    {
        Action? hook = module switch
        {
            nn.Module<Tensor, Tensor> one => one.register_forward_pre_hook((_, input) =>
            {
                then(input);
                return input;
            }).remove,
            nn.Module<Tensor, Tensor, Tensor> two => two.register_forward_pre_hook((_, input, _) => Told(input)).remove,
            nn.Module<Tensor, Tensor, (Tensor, Tensor)> gated => gated.register_forward_pre_hook((_, input, _) => Told(input)).remove,
            nn.Module<Tensor, (Tensor, Tensor)?, (Tensor, Tensor, Tensor)> lstm =>
                lstm.register_forward_pre_hook((_, input, _) => ToldWithState(input)).remove,
            nn.Module<Tensor, (Tensor, Tensor)?, (Tensor, Tensor)> cell =>
                cell.register_forward_pre_hook((_, input, _) => ToldWithState(input)).remove,
            nn.Module<Tensor, Tensor, Tensor, Tensor> three => three.register_forward_pre_hook((_, input, _, _) =>
            {
                then(input);
                return null;
            }).remove,
            nn.Module<Tensor, Tensor, Tensor, Tensor?, bool, Tensor?, Tuple<Tensor, Tensor>> attention =>
                attention.register_forward_pre_hook((_, input, _, _, _, _, _) =>
                {
                    then(input);
                    return null;
                }).remove,
            _ => null,
        };
        Hold(hook);

        (Tensor, Tensor)? Told(Tensor input)
        {
            then(input);
            return null;
        }

        (Tensor, (Tensor, Tensor)?)? ToldWithState(Tensor input)
        {
            then(input);
            return null;
        }
    }

    /// <summary>Tells of each call, with the first of its answers, after it ran.</summary>
    public void After(nn.Module module, Action<Tensor> then)
    {
        Action? hook = module switch
        {
            nn.Module<Tensor, Tensor> one => one.register_forward_hook((_, _, output) => Told(output, output)).remove,
            nn.Module<Tensor, Tensor, Tensor> two => two.register_forward_hook((_, _, _, output) => Told(output, output)).remove,
            nn.Module<Tensor, Tensor, (Tensor, Tensor)> gated =>
                gated.register_forward_hook((_, _, _, output) => Told(output, output.Item1)).remove,
            nn.Module<Tensor, (Tensor, Tensor)?, (Tensor, Tensor, Tensor)> lstm =>
                lstm.register_forward_hook((_, _, _, output) => Told(output, output.Item1)).remove,
            nn.Module<Tensor, (Tensor, Tensor)?, (Tensor, Tensor)> cell =>
                cell.register_forward_hook((_, _, _, output) => Told(output, output.Item1)).remove,
            nn.Module<Tensor, Tensor, Tensor, Tensor> three =>
                three.register_forward_hook((_, _, _, _, output) => Told(output, output)).remove,
            nn.Module<Tensor, Tensor, Tensor, Tensor?, bool, Tensor?, Tuple<Tensor, Tensor>> attention =>
                attention.register_forward_hook((_, _, _, _, _, _, _, output) => Told(output, output.Item1)).remove,
            _ => null,
        };
        Hold(hook);

        TOutput Told<TOutput>(TOutput output, Tensor first)
        {
            then(first);
            return output;
        }
    }

    public void Dispose() => hooks.ForEach(static remove => remove());

    private void Hold(Action? hook)
    {
        if (hook is not null)
        {
            hooks.Add(hook);
        }
    }
}
