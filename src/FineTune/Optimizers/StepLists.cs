using static TorchSharp.torch;

namespace FineTune;

/// <summary>The parameters that one native call steps, with what goes with each.</summary>
internal readonly struct StepLists(ParameterState[] states, Tensor?[] gradients)
{
    /// <summary>What the call moves: parameters, and the masters of those that have one.</summary>
    public Tensor[] Parameters => Array.ConvertAll(states, state => state.Stepped);

    public Tensor[] Gradients
    {
        get
        {
            var all = gradients;
            return Array.ConvertAll(states, state =>
                state.HasMaster ? all[state.Index]!.to_type(state.Type) : all[state.Index]!);
        }
    }

    /// <summary>A moment of each parameter.</summary>
    public Tensor[] Moments(string name) => Array.ConvertAll(states, state => state.Moment(name));
}
