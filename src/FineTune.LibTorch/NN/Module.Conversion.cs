namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            // In place, as in PyTorch: every parameter and buffer stays the same object, so that nothing that
            // refers to it (a field, an optimizer) is left behind with the old one.
            internal void Convert(ScalarType? dtype, Device? device)
            {
                if (dtype is { } type && !is_floating_point(type) && !is_complex(type))
                    throw new ArgumentException($"nn.Module.to only accepts floating point or complex types, but got desired dtype={type}");

                foreach (var (_, parameter) in named_parameters())
                {
                    ConvertData(parameter, dtype, device);
                    using var gradient = parameter.grad();
                    if (gradient is not null)
                        ConvertData(gradient, dtype, device);
                }
                foreach (var (_, buffer) in named_buffers())
                    ConvertData(buffer, dtype, device);
            }

            private static void ConvertData(Tensor tensor, ScalarType? dtype, Device? device)
            {
                bool takesType = dtype is not null && (tensor.is_floating_point() || tensor.is_complex());
                using (no_grad())
                {
                    using var converted = tensor.to(takesType ? dtype!.Value : tensor.dtype, device ?? tensor.device);
                    tensor.SetData(converted);
                }
            }
        }
    }
}
