namespace FineTune.Weights;

/// <summary>Finds the named tensors in what a pickle holds: a state dict, or a dictionary that has one in it.</summary>
internal static class StateDictionary
{
    // Where training scripts keep the weights, next to the epoch and the optimizer's state.
    private static readonly string[] Places = ["state_dict", "model_state_dict", "model"];

    /// <exception cref="PickleException">There is no state dict, or something in it that is no part of one.</exception>
    public static Dictionary<string, PickleTensor> Find(object? root)
    {
        if (root is PickleOpaque whole)
        {
            throw whole.Refused();
        }

        if (root is not PickleDictionary dictionary)
        {
            throw new PickleException("it does not hold a dictionary of tensors; save model.state_dict(), not the model");
        }

        foreach (var place in Places)
        {
            if (dictionary.Items.Find(item => item.Key is string key && key == place).Value is PickleDictionary inner
                && Tensors(inner) is { Count: > 0 } found)
            {
                return found;
            }
        }

        if (Tensors(dictionary) is { Count: > 0 } tensors)
        {
            return tensors;
        }

        // A whole model under one of these names, say.
        var opaque = Places.Select(place => dictionary.Items.Find(item => item.Key is string key && key == place).Value)
            .Concat(dictionary.Items.Select(item => item.Value))
            .OfType<PickleOpaque>()
            .FirstOrDefault();
        throw opaque?.Refused()
            ?? new PickleException(
                $"it holds a dictionary without tensors; expected them directly in it or under {string.Join(", ", Places)}");
    }

    // What is not a tensor says something about the training, not about the weights.
    private static Dictionary<string, PickleTensor> Tensors(PickleDictionary dictionary)
    {
        var tensors = new Dictionary<string, PickleTensor>();
        foreach ((var key, var value) in dictionary.Items)
        {
            if (key is string name && value is PickleTensor tensor && !tensors.TryAdd(name, tensor))
            {
                throw new PickleException($"'{name}' is in it twice");
            }
        }

        if (tensors.Count > 0 && dictionary.Items.Select(item => item.Value).OfType<PickleOpaque>().FirstOrDefault() is { } opaque)
        {
            throw opaque.Refused();
        }

        return tensors;
    }
}
