using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>One place of an index: a number, a slice, a tensor, a truth value, an ellipsis, or a new dimension.</summary>
    public struct TensorIndex
    {
        private enum Kind { NewDimension, Ellipsis, Bool, Single, Slice, Tensor }

        private readonly Kind kind;
        private readonly long? start, stop, step;
        private readonly Tensor? tensor;

        private TensorIndex(Kind kind, long? start = null, long? stop = null, long? step = null, Tensor? tensor = null)
            => (this.kind, this.start, this.stop, this.step, this.tensor) = (kind, start, stop, step, tensor);

        /// <summary>Inserts a dimension of size 1.</summary>
        public static readonly TensorIndex None = new(Kind.NewDimension);

        public static readonly TensorIndex Null = None;

        /// <summary>As many full slices as it takes.</summary>
        public static readonly TensorIndex Ellipsis = new(Kind.Ellipsis);

        /// <summary>A full slice.</summary>
        public static readonly TensorIndex Colon = Slice();

        public static TensorIndex Bool(bool value) => new(Kind.Bool, value ? 1 : 0);

        public static TensorIndex Single(long? index) => index is null ? None : new(Kind.Single, index);

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) => new(Kind.Slice, start, stop, step);

        public static TensorIndex Slice((int? start, int? end) range) => new(Kind.Slice, range.start, range.end);

        public static TensorIndex Slice(Range range) => new(Kind.Slice, From(range.Start), From(range.End));

        public static TensorIndex Tensor(Tensor tensor) => new(Kind.Tensor, tensor: tensor);

        public static implicit operator TensorIndex(long value) => Single(value);

        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range);

        public static implicit operator TensorIndex(Range range) => Slice(range);

        public static implicit operator TensorIndex(Index index) => Single(index.IsFromEnd ? -index.Value : index.Value);

        /// <summary>
        /// The view that numbers, slices, ellipses and new dimensions select, and the index tensors
        /// that remain for its dimensions (null: the whole dimension).
        /// </summary>
        internal static (Tensor View, Tensor?[] Remaining) Apply(Tensor tensor, ReadOnlySpan<TensorIndex> indices)
        {
            int consumed = 0;
            foreach (ref readonly TensorIndex index in indices) consumed += index.Dimensions;
            int dimensions = (int)tensor.dim();
            if (consumed > dimensions) throw new IndexOutOfRangeException($"Too many indices for a tensor of {dimensions} dimensions: {consumed}.");

            Tensor view = tensor;
            var remaining = new List<Tensor?>();
            int dim = 0;
            foreach (ref readonly TensorIndex index in indices)
            {
                switch (index.kind)
                {
                    case Kind.Single:
                        Replace(ref view, tensor, view.select(dim, index.start!.Value));
                        break;
                    case Kind.Slice:
                        Replace(ref view, tensor, Aten.Call("slice.Tensor", view, dim++, index.start, index.stop, index.step ?? 1));
                        break;
                    case Kind.Ellipsis:
                        dim += dimensions - consumed;
                        break;
                    case Kind.NewDimension:
                        Replace(ref view, tensor, view.unsqueeze(dim++));
                        break;
                    default:
                        Tensor? by = index.tensor;
                        if (index.kind == Kind.Bool) Replace(ref view, tensor, view.unsqueeze(dim));
                        while (remaining.Count < dim) remaining.Add(null);
                        remaining.Add(by ?? torch.tensor(index.start != 0).unsqueeze(0));
                        dim += index.Dimensions + (index.kind == Kind.Bool ? 1 : 0);
                        break;
                }
            }

            return (ReferenceEquals(view, tensor) ? tensor.alias() : view, [.. remaining]);
        }

        private readonly int Dimensions => this.kind switch
        {
            Kind.Single or Kind.Slice => 1,
            Kind.Tensor => this.tensor!.dtype is ScalarType.Bool or ScalarType.Byte ? (int)this.tensor.dim() : 1,
            _ => 0,
        };

        private static void Replace(ref Tensor view, Tensor whole, Tensor next)
        {
            if (!ReferenceEquals(view, whole)) view.Dispose();
            view = next;
        }

        private static long? From(Index index) => !index.IsFromEnd ? index.Value : index.Value == 0 ? null : -index.Value;
    }
}
