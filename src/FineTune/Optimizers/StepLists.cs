using static TorchSharp.torch;

namespace FineTune;

/// <summary>The parameters that one native call steps, with what goes with each.</summary>
internal readonly struct StepLists(ParameterState[] states, Tensor?[] gradients)
{
    public Tensor[] Parameters => Array.ConvertAll(states, state => (Tensor)state.Parameter);

    public Tensor[] Gradients
    {
        get
        {
            var all = gradients;
            return Array.ConvertAll(states, state => all[state.Index]!);
        }
    }

    /// <summary>A moment of each parameter.</summary>
    public Tensor[] Moments(string name) => Array.ConvertAll(states, state => state.Moment(name));
}
