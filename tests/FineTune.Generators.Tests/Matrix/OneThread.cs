using TorchSharp;

namespace FineTune.Generators.Tests.Matrix;

/// <summary>Tiny models are slower on several threads than on one.</summary>
[SetUpFixture]
public sealed class OneThread
{
    [OneTimeSetUp]
    public void UseOneThread() => torch.set_num_threads(1);
}
