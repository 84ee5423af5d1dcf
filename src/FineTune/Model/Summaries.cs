using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FineTune;

/// <summary>Shows what a model is made of.</summary>
public static class Summaries
{
    /// <summary>The layers of a model as they are registered, with what they hold and what of it trains.</summary>
    /// <param name="model">Any model, annotated or not.</param>
    /// <example><code>Console.WriteLine(model.Summary());</code></example>
    public static ModelSummary Summary(this nn.Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Of(model, [.. PlacesIn("", model)], null);
    }

    /// <summary>
    /// The layers of a model in the order in which they run, with the shapes of what they give: a batch goes through it once, in inference
    /// mode and without gradients. Nothing of the model changes.
    /// </summary>
    /// <param name="model">An annotated model, or any other of one to three tensors.</param>
    /// <param name="probe">A batch of each input, [N, …]; it stays the caller's.</param>
    /// <example><code>
    /// using var probe = torch.zeros(1, 3, 224, 224);
    /// Console.WriteLine(model.Summary(probe));
    /// </code></example>
    public static ModelSummary Summary(this nn.Module model, Tensors probe)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(probe);
        var places = PlacesIn("", model).ToList();
        var runs = new Runs();
        var modules = places.Select(place => place.Module).Distinct<nn.Module>(ReferenceEqualityComparer.Instance);
        using var mode = new InferenceMode(model);
        using var scope = NewDisposeScope();
        using (var hooks = new CallHooks())
        {
            foreach (var module in modules)
            {
                runs.Watch(module, hooks);
            }

            var input = ModelDevice.Of(model).Input(probe);
            ForwardFault.Explained(model, input, () => ModelCall.Of(model, input));
        }

        var ran = runs.Order.Select(module => places.Find(place => ReferenceEquals(place.Module, module))!);
        return Of(model, LayerTracing.InOrder(places, ran), runs);
    }

    private static ModelSummary Of(nn.Module model, List<Place> places, Runs? runs)
    {
        var manifest = (model as IFineTunable)?.Manifest;
        var layers = places.Select(place => new LayerSummary(
            place.Name,
            place.Module.GetType().Name,
            manifest?.MemberOf(place.Name)?.Role,
            runs?.ShapeOf(place.Module),
            place.Own.Sum(parameter => parameter.numel()),
            place.Own.Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel())));
        var parameters = model.parameters().DistinctBy(parameter => SharedParameters.IdentityOf(parameter)).ToList();
        var trained = parameters.Where(parameter => parameter.requires_grad).ToList();
        return new([.. layers])
        {
            Parameters = parameters.Sum(parameter => parameter.numel()),
            TrainableParameters = trained.Sum(parameter => parameter.numel()),
            ParameterBytes = parameters.Sum(Bytes),
            GradientBytes = trained.Sum(Bytes),
            BufferBytes = model.buffers().Sum(Bytes),
            OutputBytes = runs?.Bytes,
        };
    }

    /// <summary>The modules that have nothing below them, or parameters of their own.</summary>
    private static IEnumerable<Place> PlacesIn(string path, nn.Module module)
    {
        var own = module.named_parameters(false).Select(named => named.parameter).ToList();
        var children = module.named_children().ToList();
        if (children.Count == 0 || own.Count > 0)
        {
            yield return new(path, module, own);
        }

        foreach (var (name, child) in children)
        {
            foreach (var place in PlacesIn(path.Length == 0 ? name : $"{path}.{name}", child))
            {
                yield return place;
            }
        }
    }

    private static long Bytes(Tensor tensor) => tensor.numel() * tensor.element_size();

    private sealed record Place(string Name, nn.Module Module, IReadOnlyList<Parameter> Own);

    /// <summary>What hooks see while a batch goes through.</summary>
    private sealed class Runs
    {
        private readonly Dictionary<nn.Module, long[]> shapes = new(ReferenceEqualityComparer.Instance);

        public List<nn.Module> Order { get; } = [];

        public long Bytes { get; private set; }

        public long[]? ShapeOf(nn.Module module) => shapes.GetValueOrDefault(module);

        public void Watch(nn.Module module, CallHooks hooks)
        {
            hooks.Before(module, _ => Order.Add(module));
            hooks.After(module, output =>
            {
                shapes.TryAdd(module, output.shape);
                Bytes += Summaries.Bytes(output);
            });
        }
    }
}
