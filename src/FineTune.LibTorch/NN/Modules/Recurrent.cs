using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>
/// The parameters of a recurrent network: for each layer and direction the weights of input and state, and their
/// biases, under PyTorch's names, all drawn uniformly within 1 / sqrt(hidden size).
/// </summary>
internal sealed class Recurrent
{
    private readonly string op;
    private readonly List<Parameter> parameters = [];
    private readonly long hidden, layers;
    private readonly bool bias, batchFirst, bidirectional;
    private readonly double dropout;

    public Recurrent(
        string op, int gates, long inputs, long hidden, long layers, bool bias, bool batchFirst, double dropout, bool bidirectional,
        Device? device, ScalarType? dtype, Action<string, Parameter> register)
    {
        (this.op, this.hidden, this.layers, this.bias) = (op, hidden, layers, bias);
        (this.batchFirst, this.dropout, this.bidirectional) = (batchFirst, dropout, bidirectional);
        for (long layer = 0; layer < layers; ++layer)
            foreach (string direction in bidirectional ? ["", "_reverse"] : (string[])[""])
            {
                long width = layer == 0 ? inputs : hidden * Directions;
                Add("weight_ih", gates * hidden, width);
                Add("weight_hh", gates * hidden, hidden);
                if (!bias)
                    continue;
                Add("bias_ih", gates * hidden);
                Add("bias_hh", gates * hidden);

                void Add(string name, params long[] shape)
                {
                    var parameter = nn.Parameter(empty(shape, dtype, device));
                    this.parameters.Add(parameter);
                    register($"{name}_l{layer}{direction}", parameter);
                }
            }
        double bound = hidden > 0 ? 1.0 / Math.Sqrt(hidden) : 0;
        foreach (var parameter in this.parameters)
            nn.init.uniform_(parameter, -bound, bound);
    }

    private int Directions => this.bidirectional ? 2 : 1;

    /// <param name="input">[length, batch, inputs], or with the batch first if so made, or without a batch.</param>
    /// <param name="state">Tensors of [layers · directions, batch, hidden].</param>
    /// <returns>The output of the last layer at each position, then the last state, of as many tensors as the one before.</returns>
    public Tensor[] Run(Tensor input, Tensor[] state, bool training)
    {
        if (input.dim() == 2)
            return RunSingle(input, state, training);
        return Aten.CallMany(
            this.op, input, state.Length == 1 ? state[0] : (Value)state, this.parameters.ToArray(),
            this.bias, this.layers, this.dropout, training, this.bidirectional, this.batchFirst);
    }

    /// <summary>Zeros, of the shape of a state for this input.</summary>
    public Tensor InitialState(Tensor input)
    {
        long[] batch = input.dim() == 2 ? [] : [input.shape[this.batchFirst ? 0 : 1]];
        return zeros([Directions * this.layers, .. batch, this.hidden], input.dtype, input.device);
    }

    // A batch of one.
    private Tensor[] RunSingle(Tensor input, Tensor[] state, bool training)
    {
        using var scope = NewDisposeScope();
        int batch = this.batchFirst ? 0 : 1;
        var results = Run(input.unsqueeze(batch), [.. state.Select(tensor => tensor.unsqueeze(1))], training);
        return [.. results.Select((tensor, i) => tensor.squeeze(i == 0 ? batch : 1).MoveToOuterDisposeScope())];
    }
}
