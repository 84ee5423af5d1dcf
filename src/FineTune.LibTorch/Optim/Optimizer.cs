using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>What has a learning rate that a scheduler may change.</summary>
        public interface ILearningRateController
        {
            public double LearningRate { get; set; }

            public double InitialLearningRate { get; set; }
        }

        public interface IMomentum
        {
            public double Momentum { get; set; }
        }

        public interface IBetas
        {
            public (double, double) Betas { get; set; }
        }

        /// <summary>Changes parameters by their gradients.</summary>
        public abstract class Optimizer : IDisposable
        {
            protected IList<ParamGroup> _parameter_groups = [];

            private protected Optimizer() { }

            public virtual IEnumerable<ILearningRateController> ParamGroups => this._parameter_groups;

            public abstract IEnumerable<Parameter> parameters();

            /// <summary>Makes the parameters of a group part of what is optimized; options not stated are the optimizer's.</summary>
            public abstract void add_param_group(ParamGroup param_group);

            /// <summary>Sets every gradient that exists to zero. It goes on existing: only a null one is skipped by a step.</summary>
            public abstract void zero_grad();

            /// <summary>One step, after the loss of the closure, if there is one, has been computed.</summary>
            /// <returns>What the closure gave.</returns>
            public abstract Tensor? step(Func<Tensor>? closure = null);

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing) { }

            /// <summary>The options of each group, then the state of each parameter, in order. Both are the optimizer's own, not copies.</summary>
            public class StateDictionary
            {
                internal StateDictionary() { }

                public List<OptimizerOptions> Options { get; } = [];

                public List<OptimizerState> State { get; } = [];
            }
        }
    }
}
