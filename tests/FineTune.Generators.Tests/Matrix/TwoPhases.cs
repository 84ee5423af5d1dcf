using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune.Generators.Tests.Matrix;

/// <summary>
/// Trains a model head first and then part of its backbone, a few batches each: once with what the generator wrote,
/// once as a person would with plain TorchSharp calls.
/// </summary>
/// <remarks>
/// With SGD: a bias before a BatchNorm that trains has a gradient of nothing but rounding, of which Adam makes steps as large as any
/// other, and the two sides round differently.
/// </remarks>
internal static class TwoPhases
{
    public const double HeadRate = 1e-2;
    private const double FineTuneRate = 1e-4;
    private const double Momentum = 0.9;
    private const int Batches = 3;

    /// <summary>The losses of an annotated model.</summary>
    /// <param name="model">The model, seen as what was generated into it.</param>
    /// <param name="shape">How it is called.</param>
    /// <param name="unfreeze">The transition to the second phase.</param>
    public static List<double> Annotated(dynamic model, Shape shape, Action<dynamic> unfreeze)
    {
        var losses = new List<double>();
        model.FreezeBackbone();
        var compiled = shape.MapsTensorToTensor
            ? model.Compile(Optimizers.SGD(HeadRate, Momentum), Losses.MeanSquaredError())
            : model.Compile(Optimizers.SGD(HeadRate, Momentum));
        Train(compiled);
        unfreeze(model);
        compiled = model.Recompile();
        Train(compiled);
        return losses;

        void Train(CompiledModel compiled)
        {
            for (var i = 0; i < Batches; i++)
            {
                var (input, target) = Batch(i);
                losses.Add(shape.MapsTensorToTensor
                    ? compiled.TrainStep(input, target).Loss
                    : compiled.TrainStep(() => Loss(shape.Answers(model, input), target)).Loss);
            }
        }
    }

    /// <summary>The losses of the same class without attributes.</summary>
    /// <param name="model">The model, with its own registration and forward pass.</param>
    /// <param name="shape">Which of its members are backbones and heads.</param>
    /// <param name="trains">Whether a layer of a backbone trains in the second phase, by its name in the model.</param>
    public static List<double> Plain(nn.Module model, Shape shape, Func<string, bool> trains)
    {
        var losses = new List<double>();
        Train(_ => false, head => shape.Heads.Single(named => named.Name == head).Rate);
        Train(trains, _ => FineTuneRate);
        return losses;

        void Train(Func<string, bool> trainsNow, Func<string, double> headRate)
        {
            foreach (var (name, parameter) in model.named_parameters())
            {
                parameter.requires_grad = HeadOf(name) is not null || (IsBackbone(name) && trainsNow(LayerOf(name)));
            }

            var groups = model.named_parameters()
                .Where(named => named.parameter.requires_grad)
                .GroupBy(named => HeadOf(named.name) is { } head ? headRate(head) : FineTuneRate)
                .Select(group => new SGD.ParamGroup(group.Select(named => named.parameter).ToList(), group.Key, Momentum));
            var optimizer = new SGD(groups.ToList(), FineTuneRate);

            for (var i = 0; i < Batches; i++)
            {
                var (input, target) = Batch(i);
                model.train();
                foreach (var (name, module) in model.named_modules())
                {
                    var keepsStatistics = module.named_buffers(false).Any();
                    if (HeadOf(name) is null && !module.named_children().Any() && (keepsStatistics || !trainsNow(Normal(name))))
                    {
                        module.eval();
                    }
                }

                var loss = Loss(shape.Answers(model, input), target);
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
                losses.Add(loss.ToDouble());
            }
        }

        string? HeadOf(string name) => shape.Heads.Select(head => head.Name).FirstOrDefault(head => Normal(name).Split('.')[0] == head);

        bool IsBackbone(string name) => shape.Backbones.Contains(Normal(name).Split('.')[0]);
    }

    /// <summary>The name that a property's field would have: TorchSharp registers it as the compiler calls it.</summary>
    public static string Normal(string name) => name.Replace("<", "").Replace(">k__BackingField", "");

    private static Tensor Loss(Tensor[] answers, Tensor target) =>
        answers.Select(answer => nn.functional.mse_loss(answer, target)).Aggregate((sum, next) => sum + next);

    private static string LayerOf(string parameter) => Normal(parameter)[..Normal(parameter).LastIndexOf('.')];

    // Dropout draws from the global generator, so both runs start each batch from the same state.
    private static (Tensor Input, Tensor Target) Batch(int index)
    {
        random.manual_seed(100 + index);
        return (randn(6, 3, 6, 6), randn(6, 1));
    }
}
