using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.jit;

namespace FineTune;

/// <summary>Operators of libtorch that TorchSharp does not wrap, called through TorchScript.</summary>
/// <remarks>
/// <para>
/// May be called from several threads at once, as long as they write to different tensors. Tensors are written to in
/// place, so a caller turns gradients off. Tensors that do not fit together are an
/// <see cref="System.Runtime.InteropServices.ExternalException"/>.
/// </para>
/// <para>
/// A name in the source that is defined nowhere ends the process, as does the call of a function that the source does
/// not have: so the source is a constant, and each function has a method here and a test.
/// </para>
/// </remarks>
internal static class Operators
{
    /// <summary>All of the TorchScript that there is.</summary>
    internal const string Source = """
        # The norm of each gradient, in single precision on the CPU: one call, where TorchSharp takes two and a tensor for each.
        def norms(gradients: List[Tensor]) -> Tensor:
            cpu, float32 = torch.device("cpu"), 6
            return torch.stack([norm.to(cpu, float32) for norm in torch._foreach_norm(gradients)])

        # Multiplies all gradients, to clip by norm and to divide by what a step counts.
        def scale(gradients: List[Tensor], factor: float):
            torch._foreach_mul_(gradients, factor)

        # Clips all gradients by value.
        def clamp(gradients: List[Tensor], bound: float):
            torch._foreach_clamp_min_(gradients, -bound)
            torch._foreach_clamp_max_(gradients, bound)

        # Copies tensors into others: one call for all buffers.
        def copy(to: List[Tensor], sources: List[Tensor]):
            torch._foreach_copy_(to, sources)

        # Weights in half precision that somebody has set since the last step, as when the best ones are restored: their masters in
        # single precision follow, and only those, as the others know more of their weights.
        def follow(masters: List[Tensor], weights: List[Tensor]):
            for master, weight in zip(masters, weights):
                master.copy_(torch.where(master.to(weight.dtype) == weight, master, weight))

        # Whether both lie in memory without gaps and in the same order. On the CPU the fused operators take that for
        # granted, and go through each tensor's memory from its first element on, whatever its strides are.
        def lies_like(x: Tensor, y: Tensor) -> bool:
            if x.is_contiguous():
                return y.is_contiguous()
            return x.stride() == y.stride() and (x.is_contiguous(memory_format=2) or x.is_contiguous(memory_format=3))

        def lie_alike(parameters: List[Tensor], others: List[Tensor]) -> bool:
            for parameter, other in zip(parameters, others):
                if not lies_like(parameter, other):
                    return False
            return True

        # Tells autograd that tensors were written to, which the fused operators do not: without that, going backward
        # through a graph from before the step would give wrong gradients instead of an error. Views share the count.
        def mark_written(tensors: List[Tensor]):
            for tensor in tensors:
                tensor.as_strided([0], [1]).zero_()

        # Adam and, decoupled, AdamW: torch/optim/adam.py. The fused operators read and write memory once and make no
        # temporaries, where one operator after the other takes five times as long.
        def adam(parameters: List[Tensor], gradients: List[Tensor], means: List[Tensor], squares: List[Tensor], steps: List[Tensor],
                 lr: float, beta1: float, beta2: float, epsilon: float, weight_decay: float, decoupled: bool, fused: bool):
            torch._foreach_add_(steps, 1)
            if fused and lie_alike(parameters, gradients) and lie_alike(parameters, means) and lie_alike(parameters, squares):
                if decoupled:
                    torch._fused_adamw_(parameters, gradients, means, squares, [], steps, lr=lr, beta1=beta1, beta2=beta2,
                                        weight_decay=weight_decay, eps=epsilon, amsgrad=False, maximize=False)
                else:
                    torch._fused_adam_(parameters, gradients, means, squares, [], steps, lr=lr, beta1=beta1, beta2=beta2,
                                       weight_decay=weight_decay, eps=epsilon, amsgrad=False, maximize=False)
                mark_written(parameters)
            else:
                for parameter, gradient, mean, square, taken in zip(parameters, gradients, means, squares, steps):
                    step = float(taken)
                    if decoupled:
                        parameter.mul_(1 - lr * weight_decay)
                    elif weight_decay != 0:
                        gradient = gradient.add(parameter, alpha=weight_decay)
                    mean.lerp_(gradient, 1 - beta1)
                    square.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
                    denominator = square.sqrt().div_((1 - beta2 ** step) ** 0.5).add_(epsilon)
                    parameter.addcdiv_(mean, denominator, value=-lr / (1 - beta1 ** step))

        # SGD: torch/optim/sgd.py. Fused for the same reason. Without momentum there are no buffers; in the first step they
        # become the gradient, undampened.
        def sgd(parameters: List[Tensor], gradients: List[Tensor], buffers: List[Tensor],
                lr: float, momentum: float, dampening: float, weight_decay: float, nesterov: bool, first: bool, fused: bool):
            if fused and lie_alike(parameters, gradients) and lie_alike(parameters, buffers):
                torch._fused_sgd_(parameters, gradients, buffers, weight_decay=weight_decay, momentum=momentum, lr=lr,
                                  dampening=dampening, nesterov=nesterov, maximize=False, is_first_step=first)
                mark_written(parameters)
            else:
                for i in range(len(parameters)):
                    gradient = gradients[i]
                    if weight_decay != 0:
                        gradient = gradient.add(parameters[i], alpha=weight_decay)
                    if momentum != 0:
                        buffer = buffers[i]
                        if first:
                            buffer.copy_(gradient)
                        else:
                            buffer.mul_(momentum).add_(gradient, alpha=1 - dampening)
                        gradient = gradient.add(buffer, alpha=momentum) if nesterov else buffer
                    parameters[i].add_(gradient, alpha=-lr)

        # RMSProp: torch/optim/rmsprop.py. libtorch has no fused operator for it; this is one call, and one parameter's
        # temporaries at a time. Lists that an option does not need are empty.
        def rmsprop(parameters: List[Tensor], gradients: List[Tensor], squares: List[Tensor], buffers: List[Tensor], means: List[Tensor],
                    lr: float, alpha: float, epsilon: float, weight_decay: float, momentum: float):
            for i in range(len(parameters)):
                gradient = gradients[i]
                square = squares[i]
                if weight_decay != 0:
                    gradient = gradient.add(parameters[i], alpha=weight_decay)
                square.mul_(alpha).addcmul_(gradient, gradient, value=1 - alpha)
                if len(means) > 0:
                    means[i].lerp_(gradient, 1 - alpha)
                    denominator = square.addcmul(means[i], means[i], value=-1.0).sqrt_().add_(epsilon)
                else:
                    denominator = square.sqrt().add_(epsilon)
                if momentum > 0:
                    buffers[i].mul_(momentum).addcdiv_(gradient, denominator)
                    parameters[i].add_(buffers[i], alpha=-lr)
                else:
                    parameters[i].addcdiv_(gradient, denominator, value=-lr)

        """;

    private static readonly CompilationUnit Unit = compile(Source);

    /// <summary>The norm of each tensor, [tensors], in single precision on the CPU.</summary>
    public static Tensor Norms(Tensor[] gradients) => (Tensor)Call("norms", [gradients])!;

    /// <summary>Multiplies all tensors by a number, in place.</summary>
    public static void Scale(Tensor[] gradients, double factor) => Call("scale", gradients, factor);

    /// <summary>Cuts all elements off at ± a number, in place.</summary>
    public static void Clamp(Tensor[] gradients, double bound) => Call("clamp", gradients, bound);

    /// <summary>Copies each tensor into the one at its place, in place.</summary>
    public static void Copy(Tensor[] to, Tensor[] from) => Call("copy", to, from);

    /// <summary>Sets each element of a master that does not round to the weight at its place to that weight, in place.</summary>
    public static void Follow(Tensor[] masters, Tensor[] weights) => Call("follow", masters, weights);

    /// <summary>A step of Adam or AdamW. <paramref name="steps"/> are counted up here, each on its parameter's device.</summary>
    public static void Adam(
        Tensor[] parameters, Tensor[] gradients, Tensor[] means, Tensor[] squares, Tensor[] steps,
        double learningRate, double beta1, double beta2, double epsilon, double weightDecay, bool decoupled, bool fused) =>
        Call("adam", parameters, gradients, means, squares, steps, learningRate, beta1, beta2, epsilon, weightDecay, decoupled, fused);

    /// <summary>A step of SGD. <paramref name="buffers"/> are empty without momentum, else as many as parameters.</summary>
    public static void Sgd(
        Tensor[] parameters, Tensor[] gradients, Tensor[] buffers,
        double learningRate, double momentum, double dampening, double weightDecay, bool nesterov, bool first, bool fused) =>
        Call("sgd", parameters, gradients, buffers, learningRate, momentum, dampening, weightDecay, nesterov, first, fused);

    /// <summary>
    /// A step of RMSProp. <paramref name="buffers"/> are empty without momentum, <paramref name="means"/> unless centered.
    /// </summary>
    public static void RmsProp(
        Tensor[] parameters, Tensor[] gradients, Tensor[] squares, Tensor[] buffers, Tensor[] means,
        double learningRate, double alpha, double epsilon, double weightDecay, double momentum) =>
        Call("rmsprop", parameters, gradients, squares, buffers, means, learningRate, alpha, epsilon, weightDecay, momentum);

    // TorchSharp makes a Scalar of each double and forgets it before libtorch has read it, so they are made and held here.
    private static object? Call(string function, params object[] arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] is double number)
            {
                arguments[i] = number.ToScalar();
            }
        }

        var result = Unit.invoke(function, arguments);
        foreach (var argument in arguments)
        {
            (argument as Scalar)?.Dispose();
        }

        // The same goes for tensors, which nobody else may hold.
        GC.KeepAlive(arguments);
        return result;
    }
}
