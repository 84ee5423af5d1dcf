using TorchSharp;

using static TorchSharp.torch;

namespace FineTune.Benchmarks;

/// <summary>What a call of an operator costs on tensors so small that the call is all there is.</summary>
internal static class Operators
{
    private const int Calls = 2_000;

    public static void Run()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = randn(4, 4), b = randn(4, 4), weight = randn(4, 4, requires_grad: true);
        Comparison.Print("Overhead of an operator", "µs a call", 1e6, 101,
            Case("add", () => a + b),
            ("add_", "4×4", Calls, () => a.add_(b)),
            Case("matmul", () => a.matmul(b)),
            Case("relu", () => a.relu()),
            Case("sum", () => a.sum(1)),
            Case("view", () => a.view(16)),
            Case("index", () => a[1, 2..]),
            Case("cat", () => cat([a, b])),
            ("backward", "4×4, 3 operators", Calls / 10, () =>
            {
                using DisposeScope step = NewDisposeScope();
                a.matmul(weight).relu().sum().backward();
                weight.grad()!.zero_();
            }
        ));
    }

    private static (string, string, int, Action) Case(string name, Func<Tensor> run) => (name, "4×4", Calls, () => run().Dispose());
}
