using FineTune.Data;
using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class AuditTests
{
    [Test]
    public void A_frozen_parameter_that_moves_is_an_error_that_names_it()
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var meddle = new Recorder { AtBatchEnd = _ => Add(((TorchSharp.Modules.Linear)model.Layers[0].Module).weight!) };

        Assert.That(() => Fit(Compile(model), meddle), Throws.TypeOf<FineTuneException>()
            .With.Message.Contains("The frozen parameter backbone.fc1.weight changed during epoch 0"));
    }

    [Test]
    public void A_frozen_buffer_that_moves_is_an_error_that_names_it()
    {
        using var model = Mlp.Seeded();
        model.FreezeBackbone();
        var meddle = new Recorder
        {
            AtBatchEnd = _ => Add(model.named_buffers().First(named => named.name == "backbone.bn1.running_var").buffer),
        };

        Assert.That(() => Fit(Compile(model), meddle), Throws.TypeOf<FineTuneException>()
            .With.Message.Contains("The frozen buffer backbone.bn1.running_var changed during epoch 0"));
    }

    [Test]
    public void A_trainable_parameter_that_received_gradients_and_stood_still_is_an_error_that_names_it()
    {
        using var model = LinearModel.Seeded();
        var before = model.head.weight!.detach().clone();
        var undo = new Recorder
        {
            AtBatchEnd = _ =>
            {
                using var noGradients = torch.no_grad();
                model.head.weight!.copy_(before);
            },
        };

        Assert.That(() => Fit(Compile(model), undo), Throws.TypeOf<FineTuneException>()
            .With.Message.Contains("The parameter head.weight received gradients in epoch 0 but did not move"));
    }

    [Test]
    public void A_parameter_that_moved_may_stand_still_once_its_gradients_have_vanished()
    {
        using var model = LinearModel.Seeded();
        foreach (var parameter in model.parameters())
        {
            using var noGradients = torch.no_grad();
            parameter.fill_(0.5);
        }

        // What remembers large gradients makes of those that follow a step of a ten-thousandth of the rate, which is lost in rounding.
        var loss = new Scaled();
        var vanish = new Recorder { AtEpochEnd = _ => loss.Scale = 1e-4 };
        var compiled = model.Compile(Optimizers.RMSProp(1e-5), loss);

        var history = compiled.Fit(Points, Toy.Quiet with { Epochs = 2, Callbacks = [vanish] });

        Assert.That(history.Records, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_parameter_without_gradients_may_stand_still()
    {
        using var model = LinearModel.Seeded();
        foreach (var parameter in model.head.parameters())
        {
            using var noGradients = torch.no_grad();
            parameter.zero_();
        }

        // A head of zeros hands no gradient on, so the backbone gets one that is zero.
        Assert.That(() => Fit(Compile(model)), Throws.Nothing);
    }

    [Test]
    public void Updates_lost_in_rounding_are_a_warning()
    {
        using var model = LinearModel.Seeded();
        var compiled = model.Compile(Optimizers.SGD(1e-12), Losses.BinaryCrossEntropyWithLogits());

        var history = compiled.Fit(Points, Toy.Quiet);

        Assert.That(history.Warnings.Select(warning => warning.Kind), Has.Some.EqualTo(WarningKind.ParameterUnmoved));
    }

    [Test]
    public void Updates_lost_in_rounding_to_half_precision_are_a_warning_that_says_what_to_do()
    {
        using var model = LinearModel.Seeded();
        using (torch.no_grad())
        {
            model.head.bias!.fill_(0.5);
        }

        model.to(torch.ScalarType.BFloat16);
        var compiled = model.Compile(Optimizers.Adam(1e-5), Losses.BinaryCrossEntropyWithLogits());

        var history = compiled.Fit(Points, Toy.Quiet with { Epochs = 2 });

        Assert.That(history.Records, Has.Count.EqualTo(2));
        Assert.That(history.Warnings[0].Kind, Is.EqualTo(WarningKind.HalfPrecisionWeights));
        Assert.That(history.Warnings.Skip(1).Select(warning => warning.Kind), Is.All.EqualTo(WarningKind.ParameterUnmoved));
        Assert.That(history.Warnings.Select(warning => warning.Message), Has.Some.StartsWith(
            "The parameter head.bias did not move in epoch 0: a step of about 1e-5 is lost in rounding, as numbers of its size and type "
                + "BFloat16 lie 3.9e-3 apart").And.Some.Contains("masterWeights: true"));
    }

    [Test]
    public void In_half_precision_a_tensor_that_nobody_computes_with_is_an_error_still()
    {
        using var model = LinearModel.Seeded();
        model.to(torch.ScalarType.BFloat16);
        var before = model.head.weight!.detach().clone();
        var undo = new Recorder
        {
            AtBatchEnd = _ =>
            {
                using var noGradients = torch.no_grad();
                model.head.weight!.copy_(before);
            },
        };
        var compiled = model.Compile(Optimizers.Adam(0.5), Losses.BinaryCrossEntropyWithLogits());

        Assert.That(() => compiled.Fit(Points, Toy.Quiet with { Callbacks = [undo] }), Throws.TypeOf<FineTuneException>()
            .With.Message.Contains("The parameter head.weight received gradients in epoch 0 but did not move"));
    }

    [Test]
    public void A_parameter_that_was_replaced_after_the_compile_is_an_error_before_the_first_step()
    {
        using var model = Mlp.Seeded();
        var compiled = Compile(model);
        var sequence = (TorchSharp.Modules.Linear)model.Layers[0].Module;
        sequence.weight = new TorchSharp.Modules.Parameter(torch.randn(8, 4));

        Assert.That(() => Fit(compiled), Throws.TypeOf<FineTuneException>()
            .With.Message.Contains("backbone.fc1.weight is trainable but the optimizer does not cover it"));
    }

    [Test]
    public void Members_without_a_role_are_named()
    {
        using var model = new Roleless();

        Assert.That(
            () => Fit(model.Compile(Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits())),
            Throws.TypeOf<FineTuneException>().With.Message.EqualTo(
                "Roleless has members without a role: 'between', 'norm'. They would never train; mark each [Backbone], [Head] or "
                    + "[Frozen]."));
    }

    [Test]
    public void A_rising_validation_loss_under_a_falling_training_loss_is_reported_as_what_it_is()
    {
        using var model = LinearModel.Seeded();
        var compiled = model.Compile(Optimizers.SGD(0.5), Losses.BinaryCrossEntropyWithLogits());

        // What is validated on contradicts what is trained on.
        var history = compiled.Fit(Points, Toy.Quiet with { Epochs = 6, ValidationData = new Opposite(Points) });

        Assert.That(history.Warnings, Has.Count.EqualTo(1));
        Assert.That(history.Warnings[0].Kind, Is.EqualTo(WarningKind.ValidationLossRising));
        Assert.That(history.Warnings[0].Message, Does.Contain("after epoch 0").And.Contain("after epoch 2").And.Contain("forgets"));
    }

    [Test]
    public void A_validation_loss_that_falls_with_the_training_loss_is_no_news()
    {
        using var model = LinearModel.Seeded();
        var compiled = model.Compile(Optimizers.SGD(0.5), Losses.BinaryCrossEntropyWithLogits());

        Assert.That(compiled.Fit(Points, Toy.Quiet with { Epochs = 6, ValidationData = Points }).Warnings, Is.Empty);
    }

    private static InMemoryDataset Points => Toy.Points(features: 3);

    private static void Add(torch.Tensor tensor)
    {
        using var noGradients = torch.no_grad();
        tensor.add_(1);
    }

    private static CompiledModel Compile<TModel>(TModel model)
        where TModel : torch.nn.Module<torch.Tensor, torch.Tensor>, IFineTunable =>
        CompiledModel.Compile(model, Optimizers.SGD(0.1), Losses.BinaryCrossEntropyWithLogits(), []);

    private static void Fit(CompiledModel compiled, params Callback[] callbacks) => compiled.Fit(
        compiled.Model is Mlp ? Toy.Points() : Points, Toy.Quiet with { BatchSize = 16, Callbacks = callbacks });

    private sealed class Opposite(IDataset data) : IDataset
    {
        public int Count => data.Count;

        public Sample Read(int index, Random random)
        {
            var sample = data.Read(index, random);
            return sample with { Target = 1 - sample.Target };
        }
    }

    private sealed class Scaled() : Loss("scaled")
    {
        public double Scale { get; set; } = 1;

        public override Tensor PerSample(Tensor output, Tensor target) => Scale * output.sum([1]);
    }
}
