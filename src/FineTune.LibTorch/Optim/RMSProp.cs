using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>The gradient over the root of its running square.</summary>
        public class RMSProp : OptimizerHelper, IMomentum
        {
            public RMSProp(IEnumerable<Parameter> parameters, double lr = 1e-3, double alpha = 0.99, double eps = 1e-8, double weight_decay = 0, double momentum = 0.0, bool centered = false, bool maximize = false)
                : this([new ParamGroup { Parameters = parameters }], lr, alpha, eps, weight_decay, momentum, centered, maximize)
            {
            }

            public RMSProp(IEnumerable<ParamGroup> parameters, double lr = 1e-3, double alpha = 0.99, double eps = 1e-8, double weight_decay = 0, double momentum = 0.0, bool centered = false, bool maximize = false)
                : base(Algorithm.RMSProp, new Options { LearningRate = lr, alpha = alpha, eps = eps, weight_decay = weight_decay, momentum = momentum, centered = centered, maximize = maximize }, parameters)
            {
            }

            public double Momentum
            {
                get => ((Options)Defaults).momentum!.Value;
                set => ((Options)Defaults).momentum = value;
            }

            private protected override OptimizerOptions NewOptions() => new Options();

            private protected override OptimizerState NewState(Parameter parameter, OptimizerOptions options) => new State(parameter, (Options)options);

            public class Options : OptimizerOptions
            {
                public bool? maximize;
                public double? momentum;
                public double? alpha;
                public double? eps;
                public double? weight_decay;
                public bool? centered;

                private protected override void Visit<TVisitor>(TVisitor visitor, OptimizerOptions other)
                {
                    var its = (Options)other;
                    visitor.Visit(ref this.maximize, its.maximize);
                    visitor.Visit(ref this.momentum, its.momentum);
                    visitor.Visit(ref this.alpha, its.alpha);
                    visitor.Visit(ref this.eps, its.eps);
                    visitor.Visit(ref this.weight_decay, its.weight_decay);
                    visitor.Visit(ref this.centered, its.centered);
                }
            }

            public class ParamGroup : ParamGroup<Options>, IMomentum
            {
                public ParamGroup() { }

                public ParamGroup(IEnumerable<Parameter> parameters, Options options) : base(parameters, options) { }

                public ParamGroup(IEnumerable<Parameter> parameters, double lr = 1e-3, double eps = 1e-8, double alpha = 0.99, double weight_decay = 0, double momentum = 0.0, bool centered = false)
                    : base(parameters, new Options { LearningRate = lr, eps = eps, alpha = alpha, weight_decay = weight_decay, momentum = momentum, centered = centered, maximize = false })
                {
                }

                public double Momentum
                {
                    get => Options.momentum!.Value;
                    set => Options.momentum = value;
                }
            }

            /// <summary>The running square, the momentum, and the running mean that centering takes off.</summary>
            public class State : OptimizerState
            {
                public long step;
                public Tensor square_avg = null!;
                public Tensor momentum_buffer = null!;
                public Tensor grad_avg = null!;

                internal State(Parameter parameter, Options options) : base(parameter)
                {
                    this.square_avg = Filled(0);
                    this.momentum_buffer = Filled(0);
                    this.grad_avg = Filled(0);
                }

                internal override long? Steps
                {
                    get => this.step;
                    set => this.step = value!.Value;
                }

                internal override int Slots => 3;

                private protected override int FirstOptionalSlot => 1;

                internal override ref Tensor? Slot(int index)
                {
                    switch (index)
                    {
                        case 0: return ref this.square_avg!;
                        case 1: return ref this.momentum_buffer!;
                        default: return ref this.grad_avg!;
                    }
                }
            }
        }
    }

    public static partial class torch
    {
        public static partial class optim
        {
            public static RMSProp RMSProp(
                IEnumerable<Parameter> parameters, double lr = 0.01, double alpha = 0.99, double eps = 1e-8, double weight_decay = 0, double momentum = 0.0, bool centered = false, bool maximize = false)
                => new(parameters, lr, alpha, eps, weight_decay, momentum, centered, maximize);

            public static RMSProp RMSProp(
                IEnumerable<(string name, Parameter parameter)> parameters, double lr = 0.01, double alpha = 0.99, double eps = 1e-8, double weight_decay = 0, double momentum = 0.0, bool centered = false, bool maximize = false)
                => new(parameters.Select(named => named.parameter), lr, alpha, eps, weight_decay, momentum, centered, maximize);

            public static RMSProp RMSProp(
                IEnumerable<RMSProp.ParamGroup> parameters, double lr = 0.01, double alpha = 0.99, double eps = 1e-8, double weight_decay = 0, double momentum = 0.0, bool centered = false, bool maximize = false)
                => new(parameters, lr, alpha, eps, weight_decay, momentum, centered, maximize);
        }
    }
}
