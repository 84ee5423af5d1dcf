namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>A parameter that takes over the tensor that it is made of.</summary>
        public static Modules.Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);
    }
}
