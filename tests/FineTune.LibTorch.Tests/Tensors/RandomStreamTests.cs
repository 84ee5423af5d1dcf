using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.LibTorch.Tests.Tensors;

[NonParallelizable]
public class RandomStreamTests
{
    private static readonly Dictionary<string, Tensor> Fixtures = Fixture.Load("streams.safetensors");

    private static readonly Dictionary<string, Func<Tensor>> Streams = new()
    {
        ["randn 3"] = () => randn(3),
        ["randn 100"] = () => randn(100),
        ["randn double"] = () => randn(20, dtype: ScalarType.Float64),
        ["rand 7x5"] = () => rand(7, 5),
        ["randint"] = () => randint(-5, 1000, [50L]),
        ["randperm"] = () => randperm(100),
        ["bernoulli"] = () => full(60, 0.3).bernoulli(),
        ["bernoulli_ p"] = () => zeros(60).bernoulli_(0.3),
        ["multinomial"] = () => tensor(new[] { 0.1f, 0.2f, 0.3f, 0.4f }).multinomial(20, true),
        ["multinomial distinct"] = () => tensor(new[] { 0.1f, 0.2f, 0.3f, 0.4f }).multinomial(3),
        ["normal_"] = () => empty(40).normal_(2, 3),
        ["uniform_"] = () => empty(40).uniform_(-2, 3),
        ["exponential_"] = () => empty(40).exponential_(2),
        ["random_"] = () => empty(40, dtype: ScalarType.Int64).random_(3, 77),
        ["randn_like"] = () => ones(2, 9).randn_like(),
        ["rand_like"] = () => ones(2, 9).rand_like(),
        ["normal"] = () => normal(1, 2, [33L]),
        ["dropout"] = () => functional.dropout(ones(64), 0.4, true),
        ["feature_dropout"] = () => functional.dropout2d(ones(2, 16, 2, 2), 0.4, true),
    };

    private static IEnumerable<string> StreamNames => Streams.Keys;

    [TestCaseSource(nameof(StreamNames))]
    public void A_seed_gives_the_numbers_of_PyTorch(string name)
    {
        manual_seed(0);
        using Tensor first = Streams[name](), second = Streams[name]();

        Assert.That(first.IsSame(Fixtures[name]), Is.True);
        Assert.That(second.IsSame(Fixtures[name + " again"]), Is.True);
    }

    [Test]
    public void The_state_of_a_generator_crosses_over_from_PyTorch()
    {
        set_rng_state(Fixtures["state"]);

        using Tensor drawn = randn(5);

        Assert.That(drawn.IsSame(Fixtures["after state"]), Is.True);
    }

    [Test]
    public void A_generator_of_one_s_own_leaves_the_default_one_alone()
    {
        manual_seed(5);
        using Tensor state = get_rng_state();
        using var generator = new Generator(0);

        using Tensor drawn = randn(3, generator: generator), after = get_rng_state();

        Assert.That(drawn.IsSame(Fixtures["randn 3"]), Is.True);
        Assert.That(after.IsSame(state), Is.True);
    }
}
