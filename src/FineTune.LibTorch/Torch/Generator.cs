using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A stream of random numbers, bit-equal to PyTorch's on the CPU.</summary>
    public unsafe class Generator : IDisposable
    {
        private static readonly Lazy<Generator> DefaultGenerator = new(() => new Generator(Native.ft_generator_default()));

        private nint handle;

        public Generator(ulong seed = 0, Device? device = null) : this(Native.ft_generator_new(seed))
        {
            if (device is not null && device.type != DeviceType.CPU) throw new ArgumentException($"There are no generators for device '{device}': expected cpu.");
        }

        private Generator(nint handle) => this.handle = handle;

        ~Generator() => Dispose(false);

        /// <summary>The generator that operations draw from unless told otherwise.</summary>
        public static Generator Default => DefaultGenerator.Value;

        public Device device { get; private set; } = CPU;

        public IntPtr Handle
        {
            get
            {
                ObjectDisposedException.ThrowIf(this.handle == 0, this);
                return this.handle;
            }
            private set => this.handle = value;
        }

        public Generator manual_seed(long seed)
        {
            Native.Check(Native.ft_generator_set_seed(Handle, (ulong)seed));
            GC.KeepAlive(this);
            return this;
        }

        /// <summary>Seeds from the system's source of randomness, and gives the seed.</summary>
        public long seed()
        {
            ulong result;
            Native.Check(Native.ft_generator_seed(Handle, &result));
            GC.KeepAlive(this);
            return (long)result;
        }

        public long initial_seed()
        {
            ulong result;
            Native.Check(Native.ft_generator_initial_seed(Handle, &result));
            GC.KeepAlive(this);
            return (long)result;
        }

        public Tensor get_state()
        {
            nint state;
            Native.Check(Native.ft_generator_state(Handle, &state));
            GC.KeepAlive(this);
            return new Tensor(state);
        }

        public void set_state(Tensor value)
        {
            Native.Check(Native.ft_generator_set_state(Handle, value.Handle));
            GC.KeepAlive(this);
            GC.KeepAlive(value);
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (Interlocked.Exchange(ref this.handle, 0) is var owned and not 0) Native.ft_generator_release(owned);
        }
    }

    public static class random
    {
        public static Generator manual_seed(long seed) => Generator.Default.manual_seed(seed);

        public static long seed() => Generator.Default.seed();

        public static long initial_seed() => Generator.Default.initial_seed();

        public static Tensor get_rng_state() => Generator.Default.get_state();

        public static void set_rng_state(Tensor new_state) => Generator.Default.set_state(new_state);
    }

    public static Generator manual_seed(long seed) => random.manual_seed(seed);

    public static long seed() => random.seed();

    public static long initial_seed() => random.initial_seed();

    public static Tensor get_rng_state() => random.get_rng_state();

    public static void set_rng_state(Tensor new_state) => random.set_rng_state(new_state);
}
