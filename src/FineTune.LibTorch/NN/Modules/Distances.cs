using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        public sealed class CosineSimilarity : nn.Module<Tensor, Tensor, Tensor>
        {
            private readonly long dim;
            private readonly double eps;

            internal CosineSimilarity(long dim, double eps) : base(nameof(CosineSimilarity)) => (this.dim, this.eps) = (dim, eps);

            public override Tensor forward(Tensor input1, Tensor input2) => nn.functional.cosine_similarity(input1, input2, this.dim, this.eps);
        }

        public sealed class PairwiseDistance : nn.Module<Tensor, Tensor, Tensor>
        {
            private readonly double p, eps;
            private readonly bool keepdim;

            internal PairwiseDistance(double p, double eps, bool keepdim) : base(nameof(PairwiseDistance))
                => (this.p, this.eps, this.keepdim) = (p, eps, keepdim);

            public override Tensor forward(Tensor input1, Tensor input2)
                => nn.functional.pairwise_distance(input1, input2, this.p, this.eps, this.keepdim);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static CosineSimilarity CosineSimilarity(long dim = 1, double eps = 1e-8) => new(dim, eps);

            public static PairwiseDistance PairwiseDistance(double p = 2.0, double eps = 1e-6, bool keepdim = false) => new(p, eps, keepdim);

            public static partial class functional
            {
                public static Tensor cosine_similarity(Tensor x1, Tensor x2, long dim = 1, double eps = 1e-8)
                    => Aten.Call("cosine_similarity", x1, x2, dim, eps);

                public static Tensor pairwise_distance(Tensor input1, Tensor input2, double p = 2.0, double eps = 1e-6, bool keepdim = false)
                    => Aten.Call("pairwise_distance", input1, input2, p, eps, keepdim);
            }
        }
    }
}
