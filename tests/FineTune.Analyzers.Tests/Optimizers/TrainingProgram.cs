namespace FineTune.Analyzers.Tests.Optimizers;

/// <summary>A program that trains a network of two parts, for the rules that follow modules and optimizers.</summary>
internal static class TrainingProgram
{
    /// <param name="body">What is done with the network, and with the optimizer and the batches that somebody else made.</param>
    /// <param name="methods">More methods of the program, for the body to call.</param>
    /// <param name="types">More classes.</param>
    public static string Source(string body, string methods = "", string types = "") =>
        $$"""
            namespace Demo;
            public sealed class Net : Module<Tensor, Tensor>
            {
                public Sequential backbone = Sequential(("conv", Conv2d(3, 8, 3)), ("norm", BatchNorm2d(8)));
                public Linear head = Linear(8, 2);
                public Net() : base("net") => RegisterComponents();
                public override Tensor forward(Tensor x) => head.call(backbone.call(x));
            }

            {{types}}

            public static class Program
            {
                public static void Run(Net net, optim.Optimizer opt, IReadOnlyList<(Tensor, Tensor)> batches, torch.Device device, bool warm, int n)
                {
                    {{body}}
                }

                private static Tensor Loss(Module<Tensor, Tensor> net, (Tensor x, Tensor y) batch) => functional.cross_entropy(net.call(batch.x), batch.y);
                private static void Freeze(Module module) { foreach (var p in module.parameters()) p.requires_grad = false; }
                private static void Thaw(Module module) { foreach (var p in module.parameters()) p.requires_grad = true; }
                {{methods}}
            }
            """;
}
