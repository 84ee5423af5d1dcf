using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp
{
    using Modules;

    namespace Modules
    {
        public sealed class ConstantPad1d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] padding;
            private readonly double value;

            internal ConstantPad1d(long[] padding, double value) : base(nameof(ConstantPad1d)) => (this.padding, this.value) = (padding, value);

            public override Tensor forward(Tensor tensor) => nn.functional.pad(tensor, this.padding, PaddingModes.Constant, this.value);
        }

        public sealed class ConstantPad2d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] padding;
            private readonly double value;

            internal ConstantPad2d(long[] padding, double value) : base(nameof(ConstantPad2d)) => (this.padding, this.value) = (padding, value);

            public override Tensor forward(Tensor tensor) => nn.functional.pad(tensor, this.padding, PaddingModes.Constant, this.value);
        }

        public sealed class ConstantPad3d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] padding;
            private readonly double value;

            internal ConstantPad3d(long[] padding, double value) : base(nameof(ConstantPad3d)) => (this.padding, this.value) = (padding, value);

            public override Tensor forward(Tensor tensor) => nn.functional.pad(tensor, this.padding, PaddingModes.Constant, this.value);
        }

        public sealed class ZeroPad2d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] padding;

            internal ZeroPad2d(long[] padding) : base(nameof(ZeroPad2d)) => this.padding = padding;

            public override Tensor forward(Tensor tensor) => nn.functional.pad(tensor, this.padding, PaddingModes.Constant);
        }

        public sealed class ReflectionPad1d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] padding;

            internal ReflectionPad1d(long[] padding) : base(nameof(ReflectionPad1d)) => this.padding = padding;

            public override Tensor forward(Tensor tensor) => nn.functional.pad(tensor, this.padding, PaddingModes.Reflect);
        }

        public sealed class ReflectionPad2d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] padding;

            internal ReflectionPad2d(long[] padding) : base(nameof(ReflectionPad2d)) => this.padding = padding;

            public override Tensor forward(Tensor tensor) => nn.functional.pad(tensor, this.padding, PaddingModes.Reflect);
        }

        public sealed class ReflectionPad3d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] padding;

            internal ReflectionPad3d(long[] padding) : base(nameof(ReflectionPad3d)) => this.padding = padding;

            public override Tensor forward(Tensor tensor) => nn.functional.pad(tensor, this.padding, PaddingModes.Reflect);
        }

        public sealed class ReplicationPad1d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] padding;

            internal ReplicationPad1d(long[] padding) : base(nameof(ReplicationPad1d)) => this.padding = padding;

            public override Tensor forward(Tensor tensor) => nn.functional.pad(tensor, this.padding, PaddingModes.Replicate);
        }

        public sealed class ReplicationPad2d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] padding;

            internal ReplicationPad2d(long[] padding) : base(nameof(ReplicationPad2d)) => this.padding = padding;

            public override Tensor forward(Tensor tensor) => nn.functional.pad(tensor, this.padding, PaddingModes.Replicate);
        }

        public sealed class ReplicationPad3d : nn.Module<Tensor, Tensor>
        {
            private readonly long[] padding;

            internal ReplicationPad3d(long[] padding) : base(nameof(ReplicationPad3d)) => this.padding = padding;

            public override Tensor forward(Tensor tensor) => nn.functional.pad(tensor, this.padding, PaddingModes.Replicate);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static ConstantPad1d ConstantPad1d(long padding, double value) => new(Extent.All(padding, 2), value);

            public static ConstantPad1d ConstantPad1d((long, long) padding, double value) => new([padding.Item1, padding.Item2], value);

            public static ConstantPad2d ConstantPad2d(long padding, double value) => new(Extent.All(padding, 4), value);

            public static ConstantPad2d ConstantPad2d((long, long, long, long) padding, double value) => new([padding.Item1, padding.Item2, padding.Item3, padding.Item4], value);

            public static ConstantPad3d ConstantPad3d(long padding, double value) => new(Extent.All(padding, 6), value);

            public static ConstantPad3d ConstantPad3d((long, long, long, long, long, long) padding, double value) => new([padding.Item1, padding.Item2, padding.Item3, padding.Item4, padding.Item5, padding.Item6], value);

            public static ZeroPad2d ZeroPad2d(long padding) => new(Extent.All(padding, 4));

            public static ZeroPad2d ZeroPad2d((long, long, long, long) padding) => new([padding.Item1, padding.Item2, padding.Item3, padding.Item4]);

            public static ReflectionPad1d ReflectionPad1d(long padding) => new(Extent.All(padding, 2));

            public static ReflectionPad1d ReflectionPad1d((long, long) padding) => new([padding.Item1, padding.Item2]);

            public static ReflectionPad2d ReflectionPad2d(long padding) => new(Extent.All(padding, 4));

            public static ReflectionPad2d ReflectionPad2d((long, long, long, long) padding) => new([padding.Item1, padding.Item2, padding.Item3, padding.Item4]);

            public static ReflectionPad3d ReflectionPad3d(long padding) => new(Extent.All(padding, 6));

            public static ReflectionPad3d ReflectionPad3d((long, long, long, long, long, long) padding) => new([padding.Item1, padding.Item2, padding.Item3, padding.Item4, padding.Item5, padding.Item6]);

            public static ReplicationPad1d ReplicationPad1d(long padding) => new(Extent.All(padding, 2));

            public static ReplicationPad1d ReplicationPad1d((long, long) padding) => new([padding.Item1, padding.Item2]);

            public static ReplicationPad2d ReplicationPad2d(long padding) => new(Extent.All(padding, 4));

            public static ReplicationPad2d ReplicationPad2d((long, long, long, long) padding) => new([padding.Item1, padding.Item2, padding.Item3, padding.Item4]);

            public static ReplicationPad3d ReplicationPad3d(long padding) => new(Extent.All(padding, 6));

            public static ReplicationPad3d ReplicationPad3d((long, long, long, long, long, long) padding) => new([padding.Item1, padding.Item2, padding.Item3, padding.Item4, padding.Item5, padding.Item6]);

            public static partial class functional
            {
                /// <param name="pad">How much to add before and after, the last dimension first.</param>
                public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                    => Aten.Call("pad", input, pad, mode.SchemaName(), mode is PaddingModes.Constant or PaddingModes.Zeros ? value : default(Value));

                public static Tensor pad(Tensor input, ReadOnlySpan<long> pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                    => functional.pad(input, pad.ToArray(), mode, value);

                public static Tensor pad(Tensor input, (long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                    => functional.pad(input, [pad.Item1, pad.Item2], mode, value);

                public static Tensor pad(Tensor input, (long, long, long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                    => functional.pad(input, [pad.Item1, pad.Item2, pad.Item3, pad.Item4], mode, value);

                /// <param name="pad">How much to add before and after every dimension.</param>
                public static Tensor pad(Tensor input, long pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                    => functional.pad(input, Extent.All(pad, 2 * (int)input.dim()), mode, value);
            }
        }
    }
}
