namespace FineTune.Tests;

public sealed class ManifestTests
{
    private static readonly Manifest Manifest = new(
        "Demo.Net",
        [new("body", MemberRole.Backbone), new("head", MemberRole.Head, HeadRate: 1e-4)],
        UnfreezeLast: 20,
        FineTuneRate: 1e-5);

    private static IEnumerable<Manifest> Others() =>
        [
            Manifest with
            {
                Model = "Demo.Other",
            },
            Manifest with
            {
                UnfreezeLast = 19,
            },
            Manifest with
            {
                Unit = LayerUnit.Block,
            },
            Manifest with
            {
                FineTuneRate = 2e-5,
            },
            Manifest with
            {
                UnfreezeFirst = 1,
            },
            Manifest with
            {
                UnfreezePatterns = ["layer4"],
            },
            Manifest with
            {
                EpochsPerBlock = 2,
            },
            Manifest with
            {
                Members = [.. Manifest.Members.SkipLast(1), new("head", MemberRole.Head, HeadRate: 2e-4)],
            },
            Manifest with
            {
                Members = [.. Manifest.Members.Skip(1).Prepend(new("body", MemberRole.Backbone) { BatchNorm = BatchNormMode.Train })],
            },
            Manifest with
            {
                Members = [.. Manifest.Members.Skip(1).Prepend(new("body", MemberRole.Backbone) { LayerDecay = 0.75 })],
            },
            Manifest with
            {
                Members = [.. Manifest.Members.Skip(1).Prepend(new("body", MemberRole.Frozen))],
            },
        ];

    [TestCaseSource(nameof(Others))]
    public void Whatever_an_attribute_says_changes_hash_and_text(Manifest other)
    {
        Assert.That(other.Hash, Is.Not.EqualTo(Manifest.Hash));
        Assert.That(other.ToString(), Is.Not.EqualTo(Manifest.ToString()));
        Assert.That(other, Is.Not.EqualTo(Manifest));
    }

    [Test]
    public void Text_says_everything_on_one_line() =>
        Assert.That(Manifest.ToString(), Is.EqualTo(
            "Demo.Net; last 20 Layer; fine-tuned at 1E-05; "
            + "body: Backbone, rates unstated and unstated, norms Inference, layer decay unstated, weight decay of all; "
            + "head: Head, rates 0.0001 and unstated, norms Inference, layer decay unstated, weight decay of all"));
}
