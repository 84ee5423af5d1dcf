using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DeskTrainer
{
    // As much of a user interface as is needed here.
    public class Button
    {
        public event EventHandler? Click;

        public bool Enabled { get; set; } = true;

        public void PerformClick() => Click?.Invoke(this, EventArgs.Empty);
    }

    public class Label
    {
        public string Text { get; set; } = "";
    }

    public readonly record struct TrainingProgress(int Epoch, int Epochs, double Loss, double ValidationLoss)
    {
        public int Percent => 100 * Epoch / Epochs;
    }

    public sealed class CurveNet : nn.Module<Tensor, Tensor>
    {
        private readonly Sequential _layers;

        public CurveNet() : base("curve")
        {
            _layers = nn.Sequential(
                ("in", nn.Linear(1, 64)),
                ("act1", nn.Tanh()),
                ("drop", nn.Dropout(0.05)),
                ("hidden", nn.Linear(64, 64)),
                ("act2", nn.Tanh()),
                ("out", nn.Linear(64, 1)));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => _layers.call(input);
    }

    public sealed class TrainingForm : IDisposable
    {
        private readonly Button _startButton = new Button();
        private readonly Button _cancelButton = new Button { Enabled = false };
        private readonly Label _status = new Label();
        private readonly CurveNet _model = new CurveNet();
        private readonly optim.Optimizer _optimizer;
        private readonly Tensor _x;
        private readonly Tensor _y;
        private CancellationTokenSource? _cancellation;

        public TrainingForm()
        {
            _optimizer = optim.Adam(_model.parameters(), 5e-3);
            _x = linspace(-3, 3, 600).unsqueeze(1);
            _y = sin(2 * _x) + 0.1 * randn_like(_x);
            _startButton.Click += StartButton_Click;
            _cancelButton.Click += (_, _) => _cancellation?.Cancel();
        }

        public Button Start => _startButton;

        public TaskCompletionSource Finished { get; } = new();

        private async void StartButton_Click(object? sender, EventArgs e)
        {
            _startButton.Enabled = false;
            _cancelButton.Enabled = true;
            _cancellation = new CancellationTokenSource(TimeSpan.FromMinutes(5));
            var progress = new Progress<TrainingProgress>(Report);
            try
            {
                var best = await Task.Run(() => Train(40, progress, _cancellation.Token), _cancellation.Token);
                _status.Text = $"Done, best loss {best:F4}";
            }
            catch (OperationCanceledException)
            {
                _status.Text = "Cancelled";
            }
            finally
            {
                _cancellation.Dispose();
                _cancellation = null;
                _cancelButton.Enabled = false;
                _startButton.Enabled = true;
                Console.WriteLine(_status.Text);
                Finished.TrySetResult();
            }
        }

        private void Report(TrainingProgress progress) =>
            _status.Text = $"{progress.Percent} %: {progress.Loss:F4} / {progress.ValidationLoss:F4}";

        private double Train(int epochs, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
        {
            // Every tenth point is for validation.
            long[] all = Enumerable.Range(0, 600).Select(i => (long)i).ToArray();
            using Tensor held = tensor(all.Where(i => i % 10 == 0).ToArray());
            long[] kept = all.Where(i => i % 10 != 0).ToArray();
            var random = new Random(12);
            double best = double.MaxValue;
            for (int epoch = 1; epoch <= epochs; epoch++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _model.train();
                var losses = new List<float>();
                foreach (long[] chunk in kept.OrderBy(_ => random.Next()).Chunk(60))
                    losses.Add(TrainBatch(chunk));

                double validation = Validate(held);
                best = Math.Min(best, validation);
                progress.Report(new TrainingProgress(epoch, epochs, losses.Average(), validation));
            }

            return best;
        }

        private float TrainBatch(long[] chunk)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor indices = tensor(chunk);
            Tensor loss = nn.functional.mse_loss(_model.call(_x.index_select(0, indices)), _y.index_select(0, indices));
            _optimizer.zero_grad();
            loss.backward();
            _optimizer.step();
            return loss.item<float>();
        }

        private double Validate(Tensor indices)
        {
            _model.eval();
            using IDisposable guard = no_grad();
            using DisposeScope scope = NewDisposeScope();
            return nn.functional.mse_loss(_model.call(_x.index_select(0, indices)), _y.index_select(0, indices)).item<float>();
        }

        public void Dispose()
        {
            _x.Dispose();
            _y.Dispose();
            _optimizer.Dispose();
            _model.Dispose();
        }
    }

    internal static class Program
    {
        private static async Task Main()
        {
            using var form = new TrainingForm();
            form.Start.PerformClick();
            await form.Finished.Task;
        }
    }
}
