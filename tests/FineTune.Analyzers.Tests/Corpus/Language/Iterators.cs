using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Iterators, async streams, await using, tasks started and forgotten, cancellation, exception filters.
var net = Linear(4, 2);
var optimizer = optim.SGD(net.parameters(), 0.1);
await foreach (var (x, y) in Batches(3).WithCancellation(CancellationToken.None).ConfigureAwait(false))
{
    await using var scope = new Scope();
    optimizer.zero_grad();
    var loss = functional.mse_loss(net.call(x), y);
    loss.backward();
    try
    {
        await Task.Run(() => optimizer.step());
        await StepAsync(optimizer).ConfigureAwait(false);
    }
    catch (OperationCanceledException error) when (error.CancellationToken.IsCancellationRequested)
    {
        break;
    }
    catch when (x.shape is [])
    {
        throw;
    }
    finally
    {
        loss.Dispose();
    }
}

foreach (var epoch in Epochs(net))
    Console.WriteLine(epoch);
await FreezeAsync(net);
optimizer.step(); // FT3001

static async IAsyncEnumerable<(Tensor, Tensor)> Batches(
    int count,
    [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
{
    for (var i = 0; i < count; i++)
    {
        await Task.Delay(1, cancellation);
        yield return (rand(3, 4), rand(3, 2));
        if (i > 5)
            yield break;
    }
}

static IEnumerable<int> Epochs(Linear net)
{
    var own = optim.SGD(net.parameters(), 0.1);
    for (var epoch = 0; ; epoch++)
    {
        try
        {
            yield return epoch;
            own.step();
        }
        finally
        {
            own.zero_grad();
        }

        if (epoch == 3)
            yield break;
    }
}

static async ValueTask StepAsync(optim.Optimizer optimizer)
{
    await Task.Yield();
    optimizer.step();
}

static async Task FreezeAsync(Linear net)
{
    await Task.Yield();
    net.SetTrainable(false);
}

internal readonly struct Scope : IAsyncDisposable
{
    public ValueTask DisposeAsync() => default;
}

internal static class Trainability
{
    public static Module SetTrainable(this Module module, bool trainable)
    {
        foreach (var parameter in module.parameters())
            parameter.requires_grad = trainable;
        return module;
    }
}
