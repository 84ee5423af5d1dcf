using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>Adaptive moments: the gradient's running mean over the root of its running square.</summary>
        public class Adam : OptimizerHelper, IBetas
        {
            public Adam(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
                : this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize)
            {
            }

            public Adam(IEnumerable<ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
                : base(Algorithm.Adam, new Options { LearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad, maximize = maximize }, parameters)
            {
            }

            public (double, double) Betas
            {
                get => ((Options)Defaults).Betas;
                set => ((Options)Defaults).Betas = value;
            }

            private protected override OptimizerOptions NewOptions() => new Options();

            private protected override OptimizerState NewState(Parameter parameter, OptimizerOptions options) => new State(parameter, (Options)options);

            public class Options : OptimizerOptions
            {
                public double? beta1;
                public double? beta2;
                public double? eps;
                public double? weight_decay;
                public bool? amsgrad;
                public bool? maximize;

                private protected override void Visit<TVisitor>(TVisitor visitor, OptimizerOptions other)
                {
                    var its = (Options)other;
                    visitor.Visit(ref this.beta1, its.beta1);
                    visitor.Visit(ref this.beta2, its.beta2);
                    visitor.Visit(ref this.eps, its.eps);
                    visitor.Visit(ref this.weight_decay, its.weight_decay);
                    visitor.Visit(ref this.amsgrad, its.amsgrad);
                    visitor.Visit(ref this.maximize, its.maximize);
                }

                internal (double, double) Betas
                {
                    get => (this.beta1!.Value, this.beta2!.Value);
                    set => (this.beta1, this.beta2) = value;
                }
            }

            public class ParamGroup : ParamGroup<Options>, IBetas
            {
                public ParamGroup() { }

                public ParamGroup(IEnumerable<Parameter> parameters, Options options) : base(parameters, options) { }

                public ParamGroup(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
                    : base(parameters, new Options { LearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad, maximize = maximize })
                {
                }

                public (double, double) Betas
                {
                    get => Options.Betas;
                    set => Options.Betas = value;
                }
            }

            /// <summary>The running means; the greatest square so far only with AMSGrad.</summary>
            public class State : OptimizerState
            {
                public long step;
                public Tensor exp_avg = null!;
                public Tensor exp_avg_sq = null!;
                public Tensor max_exp_avg_sq = null!;

                internal State(Parameter parameter, Options options) : base(parameter)
                {
                    this.exp_avg = Filled(0);
                    this.exp_avg_sq = Filled(0);
                    if (options.amsgrad == true)
                        this.max_exp_avg_sq = Filled(0);
                }

                internal override long? Steps
                {
                    get => this.step;
                    set => this.step = value!.Value;
                }

                internal override int Slots => 3;

                private protected override int FirstOptionalSlot => 2;

                internal override ref Tensor? Slot(int index)
                {
                    switch (index)
                    {
                        case 0: return ref this.exp_avg!;
                        case 1: return ref this.exp_avg_sq!;
                        default: return ref this.max_exp_avg_sq!;
                    }
                }
            }
        }
    }

    public static partial class torch
    {
        public static partial class optim
        {
            public static Adam Adam(
                IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
                => new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

            public static Adam Adam(
                IEnumerable<(string name, Parameter parameter)> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
                => new(parameters.Select(named => named.parameter), lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

            public static Adam Adam(
                IEnumerable<Adam.ParamGroup> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
                => new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);
        }
    }
}
