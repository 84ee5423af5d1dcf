using TorchSharp;

namespace FineTune;

/// <summary>Inference mode without gradients, for as long as it is not disposed of; then each module is as it was.</summary>
internal sealed class InferenceMode : IDisposable
{
    private readonly List<(torch.nn.Module Module, bool Training)> modes;
    private readonly IDisposable noGradients;

    public InferenceMode(torch.nn.Module model)
    {
        modes = [(model, model.training), .. model.named_modules().Select(named => (named.module, named.module.training))];
        model.eval();
        noGradients = torch.no_grad();
    }

    public void Dispose()
    {
        noGradients.Dispose();

        // From the outside in: train() reaches the modules below, which then get their own mode back.
        foreach (var (module, training) in modes)
        {
            if (module.training != training)
            {
                module.train(training);
            }
        }
    }
}
