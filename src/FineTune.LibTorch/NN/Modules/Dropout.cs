using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        /// <summary>Zeroes elements with probability p in training, and scales the rest to keep the mean.</summary>
        public sealed class Dropout : nn.Module<Tensor, Tensor>
        {
            private readonly double p;
            private readonly bool inplace;

            internal Dropout(double p, bool inplace) : base(nameof(Dropout)) => (this.p, this.inplace) = (p, inplace);

            public override Tensor forward(Tensor tensor) => nn.functional.dropout(tensor, this.p, training, this.inplace);
        }

        /// <summary>Zeroes whole channels of (N, C, L).</summary>
        public sealed class Dropout1d : nn.Module<Tensor, Tensor>
        {
            private readonly double p;
            private readonly bool inplace;

            internal Dropout1d(double p, bool inplace) : base(nameof(Dropout1d)) => (this.p, this.inplace) = (p, inplace);

            public override Tensor forward(Tensor tensor) => nn.functional.dropout1d(tensor, this.p, training, this.inplace);
        }

        /// <summary>Zeroes whole channels of (N, C, H, W).</summary>
        public sealed class Dropout2d : nn.Module<Tensor, Tensor>
        {
            private readonly double p;
            private readonly bool inplace;

            internal Dropout2d(double p, bool inplace) : base(nameof(Dropout2d)) => (this.p, this.inplace) = (p, inplace);

            public override Tensor forward(Tensor tensor) => nn.functional.dropout2d(tensor, this.p, training, this.inplace);
        }

        /// <summary>Zeroes whole channels of (N, C, D, H, W).</summary>
        public sealed class Dropout3d : nn.Module<Tensor, Tensor>
        {
            private readonly double p;
            private readonly bool inplace;

            internal Dropout3d(double p, bool inplace) : base(nameof(Dropout3d)) => (this.p, this.inplace) = (p, inplace);

            public override Tensor forward(Tensor tensor) => nn.functional.dropout3d(tensor, this.p, training, this.inplace);
        }

        /// <summary>Dropout that keeps mean and variance of a self-normalizing network.</summary>
        public sealed class AlphaDropout : nn.Module<Tensor, Tensor>
        {
            private readonly double p;
            private readonly bool inplace;

            internal AlphaDropout(double p, bool inplace) : base(nameof(AlphaDropout)) => (this.p, this.inplace) = (p, inplace);

            public override Tensor forward(Tensor tensor) => nn.functional.alpha_dropout(tensor, this.p, training, this.inplace);
        }

        /// <summary>Alpha dropout of whole channels.</summary>
        public sealed class FeatureAlphaDropout : nn.Module<Tensor, Tensor>
        {
            private readonly double p;
            private readonly bool inplace;

            internal FeatureAlphaDropout(double p, bool inplace) : base(nameof(FeatureAlphaDropout)) => (this.p, this.inplace) = (p, inplace);

            public override Tensor forward(Tensor tensor) => nn.functional.feature_alpha_dropout(tensor, this.p, training, this.inplace);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Dropout Dropout(double p = 0.5, bool inplace = false) => new(p, inplace);

            public static Dropout1d Dropout1d(double p = 0.5, bool inplace = false) => new(p, inplace);

            public static Dropout2d Dropout2d(double p = 0.5, bool inplace = false) => new(p, inplace);

            public static Dropout3d Dropout3d(double p = 0.5, bool inplace = false) => new(p, inplace);

            public static AlphaDropout AlphaDropout(double p = 0.5, bool inplace = false) => new(p, inplace);

            public static FeatureAlphaDropout FeatureAlphaDropout(double p = 0.5) => new(p, false);

            public static partial class functional
            {
                public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
                    => inplace ? Aten.InPlace("dropout_", input, p, training) : Aten.Call("dropout", input, p, training);

                public static Tensor dropout1d(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
                    => inplace ? Aten.InPlace("feature_dropout_", input, p, training) : Aten.Call("feature_dropout", input, p, training);

                public static Tensor dropout2d(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
                    => inplace ? Aten.InPlace("feature_dropout_", input, p, training) : Aten.Call("feature_dropout", input, p, training);

                public static Tensor dropout3d(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
                    => inplace ? Aten.InPlace("feature_dropout_", input, p, training) : Aten.Call("feature_dropout", input, p, training);

                public static Tensor alpha_dropout(Tensor input, double p = 0.5, bool training = false, bool inplace = false)
                    => inplace ? Aten.InPlace("alpha_dropout_", input, p, training) : Aten.Call("alpha_dropout", input, p, training);

                public static Tensor feature_alpha_dropout(Tensor input, double p = 0.5, bool training = false, bool inplace = false)
                    => inplace ? Aten.InPlace("feature_alpha_dropout_", input, p, training) : Aten.Call("feature_alpha_dropout", input, p, training);
            }
        }
    }
}
