using TorchSharp;

namespace FineTune.Tests;

/// <summary>Tiny models are slower on several threads than on one, many times so on a machine that is busy.</summary>
[SetUpFixture]
public sealed class OneThread
{
    [OneTimeSetUp]
    public void UseOneThread() => torch.set_num_threads(1);
}
