using TorchSharp;

using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.LibTorch.Tests.NN;

public class StateFormatTests
{
    // Written out by hand from TorchSharp's sources: count, then for each entry its name (length and UTF-8), its type
    // (6 is Float32), the number of dimensions, the sizes, all as LEB128, and the elements.
    private static readonly byte[] File =
    [
        2,
        8, .. "0.weight"u8, 6, 2, 1, 200, 1, .. Enumerable.Range(0, 200).SelectMany(i => BitConverter.GetBytes((float)i)),
        6, .. "0.bias"u8, 6, 1, 1, .. BitConverter.GetBytes(0.5f),
    ];

    [Test]
    public void What_TorchSharp_wrote_is_read()
    {
        using var model = Sequential(Linear(200, 1));

        model.load(new MemoryStream(File));

        Assert.That(model.get_parameter("0.weight")!.data<float>().ToArray(), Is.EqualTo(Enumerable.Range(0, 200)));
        Assert.That(model.get_parameter("0.bias")!.ToSingle(), Is.EqualTo(0.5f));
    }

    [Test]
    public void What_is_written_is_what_TorchSharp_writes()
    {
        using var model = Sequential(Linear(200, 1));
        model.load(new MemoryStream(File));
        var written = new MemoryStream();

        model.save(written);

        Assert.That(written.ToArray(), Is.EqualTo(File));
    }

    [Test]
    public void Entries_are_skipped_by_name_and_others_read_in_their_place()
    {
        using var model = Sequential(Linear(200, 1));
        using (no_grad())
            model.get_parameter("0.weight")!.fill_(7);

        model.load(new MemoryStream(File), skip: ["0.weight"]);

        Assert.That(model.get_parameter("0.weight")![0, 9].ToSingle(), Is.EqualTo(7));
        Assert.That(model.get_parameter("0.bias")!.ToSingle(), Is.EqualTo(0.5f));
    }

    [Test]
    public void A_file_cut_off_is_an_error()
    {
        using var model = Sequential(Linear(200, 1));

        Assert.That(() => model.load(new MemoryStream(File[..^3])), Throws.InstanceOf<EndOfStreamException>());
    }
}
