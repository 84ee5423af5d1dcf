using static TorchSharp.torch;
using static TorchSharp.torch.nn;

using F = TorchSharp.torch.nn.functional;

namespace FineTune.LibTorch.Tests.NN;

/// <summary>
/// What is drawn after one seed is what PyTorch draws, bit for bit. One line each, under the name in
/// Fixtures/make_random.py.
/// </summary>
public class RandomParityTests
{
    private static readonly Dictionary<string, Tensor> Expected = Fixture.Load("random.safetensors");

    private static readonly Dictionary<string, Func<Module>> Modules = new()
    {
        ["Linear"] = () => Linear(37, 19),
        ["Linear without bias"] = () => Linear(5, 3, false),
        ["Bilinear"] = () => Bilinear(3, 4, 5),
        ["Conv1d"] = () => Conv1d(3, 4, 5),
        ["Conv2d"] = () => Conv2d(3, 8, 3),
        ["Conv2d in groups"] = () => Conv2d(4, 8, (3, 2), groups: 2),
        ["Conv3d"] = () => Conv3d(2, 3, 2),
        ["ConvTranspose2d"] = () => ConvTranspose2d(4, 6, 3, groups: 2),
        ["Embedding"] = () => Embedding(7, 5),
        ["Embedding with padding"] = () => Embedding(7, 5, 2),
        ["EmbeddingBag"] = () => EmbeddingBag(7, 5),
        ["BatchNorm2d"] = () => BatchNorm2d(4),
        ["LayerNorm"] = () => LayerNorm(4),
        ["LSTM"] = () => LSTM(3, 4, 2, bidirectional: true),
        ["GRU"] = () => GRU(3, 4),
        ["RNN"] = () => RNN(3, 4, bias: false),
        ["MultiheadAttention"] = () => MultiheadAttention(6, 2),
        ["MultiheadAttention of other sizes"] = () => MultiheadAttention(6, 2, add_bias_kv: true, kdim: 3, vdim: 4),
        ["TransformerEncoderLayer"] = () => TransformerEncoderLayer(6, 2, 8),
        ["TransformerEncoder"] = () => TransformerEncoder(TransformerEncoderLayer(6, 2, 8), 2),
        ["Sequential"] = () => Sequential(Linear(3, 4), Conv2d(2, 3, 3), Linear(4, 2)),
    };

    private static readonly Dictionary<string, Func<Tensor, Tensor>> Initializations = new()
    {
        ["uniform_"] = t => init.uniform_(t, -0.3, 0.7),
        ["normal_"] = t => init.normal_(t, 1, 0.5),
        ["normal_ of few"] = t => init.normal_(t),
        ["constant_"] = t => init.constant_(t, 3),
        ["eye_"] = init.eye_,
        ["dirac_"] = init.dirac_,
        ["xavier_uniform_"] = t => init.xavier_uniform_(t, init.calculate_gain(init.NonlinearityType.ReLU)),
        ["xavier_normal_"] = t => init.xavier_normal_(t),
        ["kaiming_uniform_"] = t => init.kaiming_uniform_(t, nonlinearity: init.NonlinearityType.ReLU),
        ["kaiming_normal_"] = t => init.kaiming_normal_(t, 0.1, init.FanInOut.FanOut),
        ["orthogonal_"] = t => init.orthogonal_(t),
        ["orthogonal_, tall"] = t => init.orthogonal_(t, 2),
        ["sparse_"] = t => init.sparse_(t, 0.3),
        ["trunc_normal_"] = t => init.trunc_normal_(t, 0.1, 0.5, -0.4, 0.6),
    };

    private static readonly Dictionary<string, Func<Tensor, Tensor>> Masks = new()
    {
        ["dropout"] = t => Dropout(0.3).call(t),
        ["dropout2d"] = t => Dropout2d().call(t),
        ["dropout3d"] = t => F.dropout3d(t),
        ["alpha_dropout"] = t => AlphaDropout(0.4).call(t),
        ["feature_alpha_dropout"] = t => FeatureAlphaDropout(0.4).call(t),
        ["rrelu"] = t => RReLU(0.1, 0.4).call(-t),
        ["LSTM with dropout"] = t => LSTM(25, 3, 2, dropout: 0.5).call(t).Item1,
        ["TransformerEncoderLayer with dropout"] = t => TransformerEncoderLayer(4, 2, 6, 0.5).call(t),
    };

    private static IEnumerable<string> ModuleNames => Names("module");

    private static IEnumerable<string> InitializationNames => Names("initialization");

    private static IEnumerable<string> MaskNames => Names("mask");

    private static IEnumerable<string> Names(string kind)
        => Expected.Keys.Select(key => key.Split('|')).Where(key => key[0] == kind).Select(key => key[1]).Distinct();

    [TestCaseSource(nameof(ModuleNames))]
    public void Default_parameters_are_those_of_PyTorch(string name)
    {
        manual_seed(0);
        using var module = Modules[name]();

        var state = module.state_dict();
        Assert.That(state.Keys.Select(key => $"module|{name}|{key}"), Is.EquivalentTo(Expected.Keys.Where(key => key.StartsWith($"module|{name}|"))));
        foreach (var (key, tensor) in state)
            Assert.That(tensor.IsSame(Expected[$"module|{name}|{key}"]), key);
    }

    [TestCaseSource(nameof(InitializationNames))]
    public void Initializations_are_those_of_PyTorch(string name)
    {
        var expected = Expected[$"initialization|{name}"];
        manual_seed(0);

        using var actual = Initializations[name](empty(expected.shape));

        if (name.StartsWith("orthogonal_"))
            Assert.That(actual.IsClose(expected, 1e-5, 1e-6), "a factorization may differ in its last bits");
        else
            Assert.That(actual.IsSame(expected));
    }

    [TestCaseSource(nameof(MaskNames))]
    public void Dropout_masks_are_those_of_PyTorch(string name)
    {
        var expected = Expected[$"mask|{name}"];
        long[] shape = name switch { "LSTM with dropout" => [2, 4, 25], _ => expected.shape };
        manual_seed(0);

        using var actual = Masks[name](ones(shape));

        if (name.Contains("with dropout"))
            Assert.That(actual.IsClose(expected, 1e-5, 1e-6), "a mask elsewhere would differ by far more");
        else
            Assert.That(actual.IsSame(expected));
    }
}
