using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static unsafe class autograd
    {
        /// <summary>Adds the gradients of <paramref name="tensors"/> to the leaves they were computed from (or to <paramref name="inputs"/> alone).</summary>
        public static void backward(IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
        {
            nint[] roots = Handles(tensors), grads = Handles(grad_tensors), leaves = Handles(inputs);
            byte* error;
            fixed (nint* root = roots, grad = grads, leaf = leaves)
                error = Native.ft_backward(root, roots.Length, grad, grads.Length, retain_graph ?? create_graph, create_graph, leaf, leaves.Length);
            GC.KeepAlive(tensors);
            GC.KeepAlive(grad_tensors);
            GC.KeepAlive(inputs);
            Native.Check(error);
        }

        public static void backward(Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
            => backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
            => backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        /// <summary>The gradients of the outputs with respect to the inputs, accumulated nowhere; null for an unused input, if that is allowed.</summary>
        public static IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            nint[] roots = Handles(outputs), leaves = Handles(inputs), grads = Handles(grad_outputs);
            var results = new nint[leaves.Length];
            byte* error;
            fixed (nint* root = roots, leaf = leaves, grad = grads, result = results)
                error = Native.ft_grad(root, roots.Length, leaf, leaves.Length, grad, grads.Length, retain_graph || create_graph, create_graph, allow_unused, result);
            GC.KeepAlive(outputs);
            GC.KeepAlive(inputs);
            GC.KeepAlive(grad_outputs);
            Native.Check(error);
            return Array.ConvertAll(results, handle => handle == 0 ? null! : new Tensor(handle));
        }

        internal static void BackwardFromOne(Tensor tensor)
        {
            nint root = tensor.Handle;
            byte* error = Native.ft_backward(&root, 1, null, 0, false, false, null, 0);
            GC.KeepAlive(tensor);
            Native.Check(error);
        }

        private static nint[] Handles(IList<Tensor>? tensors)
        {
            if (tensors is null) return [];
            var handles = new nint[tensors.Count];
            for (int i = 0; i < handles.Length; i++) handles[i] = tensors[i].Handle;
            return handles;
        }
    }

    /// <summary>Until disposed, operations on this thread record no gradients.</summary>
    public static IDisposable no_grad() => new GradMode(false);

    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);

    public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);

    public static bool is_grad_enabled() => Native.ft_grad_mode();

    private sealed class GradMode : IDisposable
    {
        private readonly bool before = Native.ft_grad_mode();

        public GradMode(bool enabled) => Native.ft_set_grad_mode(enabled);

        public void Dispose() => Native.ft_set_grad_mode(this.before);
    }

    public partial class Tensor
    {
        public unsafe bool requires_grad
        {
            get => (Info.Flags & TensorFlags.RequiresGrad) != 0;
            set
            {
                Native.Check(Native.ft_tensor_set_requires_grad(Handle, value));
                GC.KeepAlive(this);
            }
        }

        public bool is_leaf => (Info.Flags & TensorFlags.Leaf) != 0;

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        /// <summary>The gradient accumulated so far, or null.</summary>
        public unsafe Tensor? grad()
        {
            nint result;
            Native.Check(Native.ft_tensor_grad(Handle, &result));
            GC.KeepAlive(this);
            return result == 0 ? null : new Tensor(result);
        }

        public void backward() => autograd.BackwardFromOne(this);

        public void backward(IList<Tensor>? grad_tensors = null, bool create_graph = false, bool retain_graph = false, IList<Tensor>? inputs = null)
            => autograd.backward(this, grad_tensors, retain_graph, create_graph, inputs);

        /// <summary>Keeps the gradient of a tensor that is no leaf.</summary>
        public void retain_grad() => Aten.CallVoid("retain_grad", this);

        internal unsafe void SetGrad(Tensor? grad)
        {
            Native.Check(Native.ft_tensor_set_grad(Handle, grad is null ? 0 : grad.Handle));
            GC.KeepAlive(this);
            GC.KeepAlive(grad);
        }

        internal void ResetGrad(bool set_to_none)
        {
            if (set_to_none)
            {
                SetGrad(null);
                return;
            }

            using Tensor? grad = this.grad();
            grad?.zero_();
        }

        /// <summary>Shares the source's memory and type from now on; gradients and identity stay.</summary>
        internal unsafe void SetData(Tensor source)
        {
            Native.Check(Native.ft_tensor_set_data(Handle, source.Handle));
            GC.KeepAlive(this);
            GC.KeepAlive(source);
        }
    }
}
