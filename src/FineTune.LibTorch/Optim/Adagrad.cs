using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>The gradient over the root of the sum of all its squares.</summary>
        public class Adagrad : OptimizerHelper
        {
            internal Adagrad(IEnumerable<Parameter> parameters, double lr = 1e-2, double lr_decay = 0, double weight_decay = 0, double initial_accumulator_value = 0, double eps = 1e-10)
                : this([new ParamGroup { Parameters = parameters }], lr, lr_decay, weight_decay, initial_accumulator_value, eps)
            {
            }

            internal Adagrad(IEnumerable<ParamGroup> parameters, double lr = 1e-2, double lr_decay = 0, double weight_decay = 0, double initial_accumulator_value = 0, double eps = 1e-10)
                : base(Algorithm.Adagrad, new Options { LearningRate = lr, lr_decay = lr_decay, weight_decay = weight_decay, initial_accumulator_value = initial_accumulator_value, eps = eps }, parameters)
            {
            }

            private protected override OptimizerOptions NewOptions() => new Options();

            private protected override OptimizerState NewState(Parameter parameter, OptimizerOptions options) => new State(parameter, (Options)options);

            public class Options : OptimizerOptions
            {
                public double? lr_decay;
                public double? initial_accumulator_value;
                public double? eps;
                public double? weight_decay;

                private protected override void Visit<TVisitor>(TVisitor visitor, OptimizerOptions other)
                {
                    var its = (Options)other;
                    visitor.Visit(ref this.lr_decay, its.lr_decay);
                    visitor.Visit(ref this.initial_accumulator_value, its.initial_accumulator_value);
                    visitor.Visit(ref this.eps, its.eps);
                    visitor.Visit(ref this.weight_decay, its.weight_decay);
                }
            }

            public class ParamGroup : ParamGroup<Options>
            {
                public ParamGroup() { }

                public ParamGroup(IEnumerable<Parameter> parameters, Options options) : base(parameters, options) { }

                public ParamGroup(IEnumerable<Parameter> parameters, double lr = 0.01, double lr_decay = 0, double weight_decay = 0, double initial_accumulator_value = 0, double eps = 1e-10)
                    : base(parameters, new Options { LearningRate = lr, lr_decay = lr_decay, weight_decay = weight_decay, initial_accumulator_value = initial_accumulator_value, eps = eps })
                {
                }
            }

            /// <summary>The sum of the squares.</summary>
            public class State : OptimizerState
            {
                public long step;
                public Tensor sum = null!;

                internal State(Parameter parameter, Options options) : base(parameter)
                {
                    this.sum = Filled(options.initial_accumulator_value!.Value);
                }

                internal override long? Steps
                {
                    get => this.step;
                    set => this.step = value!.Value;
                }

                internal override int Slots => 1;

                private protected override int FirstOptionalSlot => 1;

                internal override ref Tensor? Slot(int index) => ref this.sum!;
            }
        }
    }

    public static partial class torch
    {
        public static partial class optim
        {
            public static Adagrad Adagrad(
                IEnumerable<Parameter> parameters, double lr = 1e-2, double lr_decay = 0, double weight_decay = 0, double initial_accumulator_value = 0, double eps = 1e-10)
                => new(parameters, lr, lr_decay, weight_decay, initial_accumulator_value, eps);

            public static Adagrad Adagrad(
                IEnumerable<(string name, Parameter parameter)> parameters, double lr = 1e-2, double lr_decay = 0, double weight_decay = 0, double initial_accumulator_value = 0, double eps = 1e-10)
                => new(parameters.Select(named => named.parameter), lr, lr_decay, weight_decay, initial_accumulator_value, eps);

            public static Adagrad Adagrad(
                IEnumerable<Adagrad.ParamGroup> parameters, double lr = 1e-2, double lr_decay = 0, double weight_decay = 0, double initial_accumulator_value = 0, double eps = 1e-10)
                => new(parameters, lr, lr_decay, weight_decay, initial_accumulator_value, eps);
        }
    }
}
