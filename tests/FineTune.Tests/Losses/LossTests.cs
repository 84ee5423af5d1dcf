using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class LossTests
{
    [Test]
    public void Binary_cross_entropy_takes_logits()
    {
        // -log(sigmoid(2)) and -log(1 - sigmoid(-1))
        var losses = Losses.BinaryCrossEntropyWithLogits().PerSample(torch.tensor(new[] { 2f, -1f }), torch.tensor(new[] { 1f, 0f }));

        Assert.That(Values(losses), Is.EqualTo(new[] { 0.126928f, 0.313262f }).Within(1e-6f));
    }

    [Test]
    public void Targets_fit_outputs_that_differ_by_a_dimension_of_one()
    {
        var loss = Losses.BinaryCrossEntropyWithLogits();
        var column = loss.PerSample(torch.tensor(new[] { 2f, -1f }).reshape(2, 1), torch.tensor(new[] { 1L, 0L }));
        var row = loss.PerSample(torch.tensor(new[] { 2f, -1f }), torch.tensor(new[] { 1f, 0f }).reshape(2, 1));

        Assert.That(column.shape, Is.EqualTo(new long[] { 2 }));
        Assert.That(Values(column), Is.EqualTo(Values(row)));
    }

    [Test]
    public void Shapes_that_only_broadcasting_would_fit_are_an_error() =>
        Assert.That(
            () => Losses.MeanSquaredError().PerSample(torch.zeros(4, 2), torch.zeros(4)),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("an output of shape [4, 2] and a target of shape [4]"));

    [Test]
    public void Label_smoothing_moves_binary_targets_towards_one_half()
    {
        var output = torch.tensor(new[] { 2f, -1f });
        var smoothed = Losses.BinaryCrossEntropyWithLogits(labelSmoothing: 0.2).PerSample(output, torch.tensor(new[] { 1f, 0f }));
        var stated = Losses.BinaryCrossEntropyWithLogits().PerSample(output, torch.tensor(new[] { 0.9f, 0.1f }));

        Assert.That(Values(smoothed), Is.EqualTo(Values(stated)).Within(1e-6f));
    }

    [Test]
    public void A_positive_weight_multiplies_what_positive_samples_cost()
    {
        var output = torch.tensor(new[] { 2f, -1f });
        var target = torch.tensor(new[] { 1f, 0f });
        var plain = Values(Losses.BinaryCrossEntropyWithLogits().PerSample(output, target));

        var weighted = Values(Losses.BinaryCrossEntropyWithLogits(positiveWeight: 3).PerSample(output, target));

        Assert.That(weighted, Is.EqualTo(new[] { 3 * plain[0], plain[1] }).Within(1e-6f));
    }

    [Test]
    public void Categorical_cross_entropy_takes_logits_and_class_indices()
    {
        var losses = Losses.CategoricalCrossEntropy().PerSample(
            torch.tensor(new[] { 1f, 2f, 3f, 0f, 0f, 0f }).reshape(2, 3), torch.tensor(new[] { 2L, 0L }));

        Assert.That(Values(losses), Is.EqualTo(new[] { 0.407606f, 1.098612f }).Within(1e-6f));
    }

    [Test]
    public void Categorical_cross_entropy_takes_probabilities_too()
    {
        var output = torch.tensor(new[] { 1f, 2f, 3f }).reshape(1, 3);
        var loss = Losses.CategoricalCrossEntropy();

        Assert.That(
            Values(loss.PerSample(output, torch.tensor(new[] { 0f, 0f, 1f }).reshape(1, 3))),
            Is.EqualTo(Values(loss.PerSample(output, torch.tensor(new[] { 2L })))).Within(1e-6f));
    }

    [Test]
    public void Class_weights_make_a_weighted_mean_as_in_PyTorch()
    {
        var loss = Losses.CategoricalCrossEntropy(classWeights: [1, 2, 4]);
        var output = torch.tensor(new[] { 1f, 2f, 3f, 0f, 0f, 0f }).reshape(2, 3);
        var target = torch.tensor(new[] { 2L, 1L });

        var ours = loss.PerSample(output, target).sum() / loss.SampleWeights(target)!.sum();
        var theirs = nn.functional.cross_entropy(output, target, torch.tensor(new[] { 1f, 2f, 4f }));

        Assert.That(ours.ToSingle(), Is.EqualTo(theirs.ToSingle()).Within(1e-6f));
    }

    [Test]
    public void Mean_squared_error_is_the_mean_over_a_sample_s_elements() =>
        Assert.That(
            Values(Losses.MeanSquaredError().PerSample(torch.tensor(new[] { 1f, 3f, 0f, 0f }).reshape(2, 2), torch.zeros(2, 2))),
            Is.EqualTo(new[] { 5f, 0f }));

    [TestCase(-0.1)]
    [TestCase(1)]
    [TestCase(double.NaN)]
    public void Label_smoothing_is_at_least_0_and_below_1(double smoothing)
    {
        Assert.That(() => Losses.BinaryCrossEntropyWithLogits(smoothing), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => Losses.CategoricalCrossEntropy(smoothing), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Class_weights_must_match_the_classes() =>
        Assert.That(
            () => Losses.CategoricalCrossEntropy(classWeights: [1, 2]).PerSample(torch.zeros(1, 3), torch.tensor(new[] { 2L })),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("2 class weights for 3 classes"));

    private static float[] Values(Tensor tensor) => tensor.data<float>().ToArray();
}
