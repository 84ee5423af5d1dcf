using System;
using System.Diagnostics;
using System.Globalization;
using System.Threading;
using TorchSharp;
using static TorchSharp.torch;

// Arithmetic with numbers, and layers that take numbers, while another thread makes the collector work. The arguments are
// how many steps to take and for how many seconds at most.
var (steps, limit) = (
    long.Parse(args[0], CultureInfo.InvariantCulture),
    TimeSpan.FromSeconds(int.Parse(args[1], CultureInfo.InvariantCulture)));
torch.set_num_threads(1);

using var norm = nn.Sequential(nn.BatchNorm1d(16), nn.BatchNorm1d(16), nn.BatchNorm1d(16));
norm.train();
using var input = torch.randn(8, 16);
using var expected = input * 0.25 + 3;

Step();
Console.WriteLine("started");
new Thread(Allocate) { IsBackground = true }.Start();
var watch = Stopwatch.StartNew();
var step = 0L;
try
{
    for (; step < steps && watch.Elapsed < limit; step++)
        Step();
}
catch (Exception exception)
{
    Console.WriteLine($"failed at step {step}: {exception.GetType().Name}");
    return 1;
}

Console.WriteLine($"right {step} times in {watch.Elapsed.TotalSeconds:F0} s, {GC.CollectionCount(0)} collections");
return 0;

void Step()
{
    using var noGradients = torch.no_grad();
    using var scope = torch.NewDisposeScope();
    norm.call(input);
    if (!(input * 0.25 + 3).allclose(expected))
        throw new InvalidOperationException("Another number.");
}

static void Allocate()
{
    var random = new Random(5);
    var kept = new byte[128][];
    while (true)
        kept[random.Next(kept.Length)] = new byte[random.Next(500, 250_000)];
}
