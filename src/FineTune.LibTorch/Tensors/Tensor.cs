using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>An n-dimensional array in libtorch's memory. The object owns one reference to it, until disposed.</summary>
    public partial class Tensor : IDisposable
    {
        private static long live, peak;

        private nint handle;

        internal Tensor(nint handle)
        {
            if (handle == 0) throw new InvalidOperationException("The operation has given an undefined tensor.");
            this.handle = handle;
            long now = Interlocked.Increment(ref live);
            if (now > Interlocked.Read(ref peak)) Interlocked.Exchange(ref peak, now);
            OwningScope = DisposeScopeManager.Register(this);
        }

        /// <summary>Takes over what another object owns, which is empty afterwards.</summary>
        private protected Tensor(Tensor source)
        {
            this.handle = source.TakeHandle();
            OwningScope = source.OwningScope;
            source.OwningScope = null;
            OwningScope?.Replace(source, this);
        }

        ~Tensor() => Free();

        /// <summary>How many tensors are held by objects not yet disposed, in the whole process.</summary>
        public static long TotalCount => Interlocked.Read(ref live);

        /// <summary>The most that <see cref="TotalCount"/> has ever been.</summary>
        public static long PeakCount => Interlocked.Read(ref peak);

        /// <exception cref="ObjectDisposedException">The tensor is disposed, or another object has taken it over.</exception>
        public IntPtr Handle
        {
            get
            {
                ObjectDisposedException.ThrowIf(this.handle == 0, this);
                return this.handle;
            }
        }

        public bool IsInvalid => this.handle == 0;

        internal DisposeScope? OwningScope { get; set; }

        internal unsafe TensorInfo Info
        {
            get
            {
                TensorInfo info;
                Native.Check(Native.ft_tensor_info(Handle, &info));
                GC.KeepAlive(this);
                return info;
            }
        }

        public void Dispose()
        {
            if (!Free()) return;
            GC.SuppressFinalize(this);
            if (OwningScope is { } scope) scope.MarkAsDisposed(this);
            else DisposeScopeManager.Statistics.DisposedOutsideScopeCount++;
        }

        /// <summary>Takes the tensor out of its scope, for the caller to dispose.</summary>
        public Tensor DetachFromDisposeScope()
        {
            OwningScope?.Detach(this);
            return this;
        }

        /// <summary>Moves the tensor to the scope around its own.</summary>
        public Tensor MoveToOuterDisposeScope()
        {
            OwningScope?.MoveToOuter(this);
            return this;
        }

        private nint TakeHandle()
        {
            nint taken = Interlocked.Exchange(ref this.handle, 0);
            ObjectDisposedException.ThrowIf(taken == 0, this);
            GC.SuppressFinalize(this);
            return taken;
        }

        private bool Free()
        {
            nint owned = Interlocked.Exchange(ref this.handle, 0);
            if (owned == 0) return false;
            Interlocked.Decrement(ref live);
            Native.ft_tensor_release(owned);
            return true;
        }
    }

    public static DisposeScope NewDisposeScope() => DisposeScopeManager.Current.Open();

    internal static DisposeScope? CurrentDisposeScope => DisposeScopeManager.Current.Innermost;

    /// <summary>Runs an expression in a scope of its own, out of which only its result comes.</summary>
    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
    {
        using DisposeScope scope = NewDisposeScope();
        return scope.MoveToOuter(expr());
    }
}
