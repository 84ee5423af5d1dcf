using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>Long short-term memory.</summary>
        public sealed class LSTM : nn.Module<Tensor, (Tensor, Tensor)?, (Tensor, Tensor, Tensor)>
        {
            private readonly Recurrent network;

            internal LSTM(
                long inputs, long hidden, long layers, bool bias, bool batchFirst, double dropout, bool bidirectional, Device? device, ScalarType? dtype)
                : base(nameof(LSTM))
                => this.network = new("lstm.input", 4, inputs, hidden, layers, bias, batchFirst, dropout, bidirectional, device, dtype, register_parameter);

            /// <param name="input">[length, batch, inputs], or with the batch first if so made.</param>
            /// <param name="h0_c0">Hidden and cell state to begin with, each [layers · directions, batch, hidden]; zeros if null.</param>
            /// <returns>The output at each position, the last hidden state, the last cell state.</returns>
            public override (Tensor, Tensor, Tensor) forward(Tensor input, (Tensor, Tensor)? h0_c0 = null)
            {
                if (h0_c0 is not { } state)
                {
                    using var zeros = this.network.InitialState(input);
                    return forward(input, (zeros, zeros));
                }
                var results = this.network.Run(input, [state.Item1, state.Item2], training);
                return (results[0], results[1], results[2]);
            }

            public new (Tensor, Tensor, Tensor) call(Tensor input, (Tensor, Tensor)? h0_c0 = null) => base.call(input, h0_c0);
        }

        /// <summary>A network of gated recurrent units.</summary>
        public sealed class GRU : nn.Module<Tensor, Tensor?, (Tensor, Tensor)>
        {
            private readonly Recurrent network;

            internal GRU(
                long inputs, long hidden, long layers, bool bias, bool batchFirst, double dropout, bool bidirectional, Device? device, ScalarType? dtype)
                : base(nameof(GRU))
                => this.network = new(
                    "gru.input", 3, inputs, hidden, layers, bias, batchFirst, dropout, bidirectional, device, dtype, register_parameter);

            /// <param name="input">[length, batch, inputs], or with the batch first if so made.</param>
            /// <param name="h0">The state to begin with: [layers · directions, batch, hidden]; zeros if null.</param>
            /// <returns>The output at each position, and the last state.</returns>
            public override (Tensor, Tensor) forward(Tensor input, Tensor? h0 = null)
            {
                if (h0 is null)
                {
                    using var zeros = this.network.InitialState(input);
                    return forward(input, zeros);
                }
                var results = this.network.Run(input, [h0], training);
                return (results[0], results[1]);
            }

            public new (Tensor, Tensor) call(Tensor input, Tensor? h0 = null) => base.call(input, h0);
        }

        /// <summary>An Elman network.</summary>
        public sealed class RNN : nn.Module<Tensor, Tensor?, (Tensor, Tensor)>
        {
            private readonly Recurrent network;

            internal RNN(
                long inputs, long hidden, long layers, nn.NonLinearities nonLinearity, bool bias, bool batchFirst, double dropout, bool bidirectional, Device? device, ScalarType? dtype)
                : base(nameof(RNN))
                => this.network = new(
                    nonLinearity == nn.NonLinearities.ReLU ? "rnn_relu.input" : "rnn_tanh.input", 1, inputs, hidden, layers, bias, batchFirst, dropout, bidirectional, device, dtype, register_parameter);

            /// <param name="input">[length, batch, inputs], or with the batch first if so made.</param>
            /// <param name="h0">The state to begin with: [layers · directions, batch, hidden]; zeros if null.</param>
            /// <returns>The output at each position, and the last state.</returns>
            public override (Tensor, Tensor) forward(Tensor input, Tensor? h0 = null)
            {
                if (h0 is null)
                {
                    using var zeros = this.network.InitialState(input);
                    return forward(input, zeros);
                }
                var results = this.network.Run(input, [h0], training);
                return (results[0], results[1]);
            }

            public new (Tensor, Tensor) call(Tensor input, Tensor? h0 = null) => base.call(input, h0);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public enum NonLinearities
            {
                ReLU = 0,
                Tanh = 1,
            }

            public static LSTM LSTM(
                long inputSize, long hiddenSize, long numLayers = 1, bool bias = true, bool batchFirst = false, double dropout = 0.0,
                bool bidirectional = false, Device? device = null, ScalarType? dtype = null)
                => new(inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, device, dtype);

            public static GRU GRU(
                long inputSize, long hiddenSize, long numLayers = 1, bool bias = true, bool batchFirst = false, double dropout = 0.0,
                bool bidirectional = false, Device? device = null, ScalarType? dtype = null)
                => new(inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, device, dtype);

            public static RNN RNN(
                long inputSize, long hiddenSize, long numLayers = 1, NonLinearities nonLinearity = NonLinearities.Tanh, bool bias = true, bool batchFirst = false, double dropout = 0.0,
                bool bidirectional = false, Device? device = null, ScalarType? dtype = null)
                => new(inputSize, hiddenSize, numLayers, nonLinearity, bias, batchFirst, dropout, bidirectional, device, dtype);
        }
    }
}
