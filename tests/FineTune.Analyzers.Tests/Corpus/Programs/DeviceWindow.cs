using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DeviceWindow;

/// <summary>Stands for a check box of a window.</summary>
internal sealed class CheckBox(bool isChecked)
{
    public bool IsChecked { get; set; } = isChecked;
}

internal sealed class LogBox
{
    private readonly List<string> lines = [];

    public void AppendLine(string line)
    {
        lines.Add(line);
        Console.WriteLine(line);
    }
}

internal sealed class DefectNet : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1 = Conv2d(1, 8, 3, padding: 1);
    private readonly Conv2d conv2 = Conv2d(8, 16, 3, padding: 1);
    private readonly MaxPool2d pool = MaxPool2d(2);
    private readonly Linear output = Linear(16 * 4 * 4, 2);

    public DefectNet()
        : base("defects") => RegisterComponents();

    public override Tensor forward(Tensor images)
    {
        var x = pool.call(functional.relu(conv1.call(images)));
        x = pool.call(functional.relu(conv2.call(x)));
        return output.call(x.flatten(1));
    }
}

/// <summary>The window behind which a model is taught to tell scratched parts from good ones.</summary>
internal sealed class MainWindow
{
    private readonly CheckBox useGpu = new(true);
    private readonly LogBox log = new();
    private readonly DefectNet network = new();
    private readonly optim.Optimizer optimizer;
    private CancellationTokenSource cancellation = new();

    public MainWindow() => optimizer = optim.RMSProp(network.parameters(), 1e-3, momentum: 0.9);

    public async Task OnTrainClicked()
    {
        cancellation = new CancellationTokenSource();
        var progress = new Progress<string>(log.AppendLine);
        try
        {
            await Task.Run(() => Run(epochs: 6, progress, cancellation.Token));
            log.AppendLine("Trained.");
        }
        catch (OperationCanceledException)
        {
            log.AppendLine("Stopped by the user.");
        }
    }

    public void OnStopClicked() => cancellation.Cancel();

    public double OnCheckClicked()
    {
        var (images, labels) = Parts(200, seed: 77);
        network.eval();
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return network.call(images.to(network.parameters().First().device)).argmax(1).cpu().eq(labels).sum().item<long>() / 200.0;
    }

    private void Run(int epochs, IProgress<string> progress, CancellationToken token)
    {
        var device = useGpu.IsChecked && cuda.is_available() ? CUDA : CPU;
        progress.Report($"Training on {device}");
        network.to(device);

        var (images, labels) = Parts(1024, seed: 6);
        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            network.train();
            var mean = 0.0;
            foreach (var indices in randperm(labels.shape[0]).split(32))
            {
                token.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var batch = images.index_select(0, indices).to(device);
                var truth = labels.index_select(0, indices).to(device);
                var loss = functional.cross_entropy(network.call(batch), truth);
                optimizer.zero_grad();
                loss.backward();
                optimizer.step(); // FT3003
                mean += loss.item<float>() * indices.shape[0] / labels.shape[0];
            }

            progress.Report($"{epoch}/{epochs}: {mean:F4}");
        }
    }

    private static (Tensor Images, Tensor Labels) Parts(int count, int seed)
    {
        var random = new Random(seed);
        var pixels = new float[count * 256];
        var labels = new long[count];
        for (var i = 0; i < count; i++)
        {
            for (var p = 0; p < 256; p++)
                pixels[i * 256 + p] = random.NextSingle() * 0.5f;
            labels[i] = random.Next(2);
            if (labels[i] == 0)
                continue;

            // A scratch.
            var (row, column) = (random.Next(8), random.Next(8));
            for (var s = 0; s < 8; s++)
                pixels[i * 256 + (row + s) * 16 + column + s] = 1;
        }

        return (tensor(pixels).view(count, 1, 16, 16), tensor(labels));
    }
}

internal static class Program
{
    private static async Task Main(string[] args)
    {
        manual_seed(13);
        var window = new MainWindow();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            window.OnStopClicked();
        };
        await window.OnTrainClicked();
        Console.WriteLine($"{window.OnCheckClicked():P1} of the parts are told right.");
    }
}
