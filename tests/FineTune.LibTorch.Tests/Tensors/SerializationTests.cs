using System.Runtime.InteropServices;

using static TorchSharp.torch;

namespace FineTune.LibTorch.Tests.Tensors;

public class SerializationTests
{
    [Test]
    public void A_tensor_reads_back_as_it_was_written([Values(ScalarType.Float32, ScalarType.Int64, ScalarType.Bool)] ScalarType type)
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{type}.dat");
        using Tensor written = randn(3, 4).to(type);

        written.save(path);
        using Tensor read = load(path);

        Assert.That(read.IsSame(written), Is.True);
    }

    [Test]
    public void A_file_that_is_no_tensor_is_an_error()
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "text.dat");
        File.WriteAllText(path, "not a tensor");

        Assert.That(() => load(path), Throws.InstanceOf<ExternalException>());
    }
}
