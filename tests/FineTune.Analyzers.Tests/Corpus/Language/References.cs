using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Ref locals and returns, ref structs, in and out, unsafe code, stackalloc, fixed, function pointers, sizeof.
var net = Linear(4, 2);
var other = Linear(4, 2);
var all = new[] { net, other };
ref var a = ref net;
ref var b = ref a;
a = ref b;
b = ref a;
a = ref all[0];
b = ref (all.Length > 1 ? ref a : ref other);
b = Linear(1, 1);
ref readonly var last = ref Last(all);
var optimizer = optim.SGD(last.parameters(), 0.1);
Out(out var made, in net, ref other);
made.SetTrainable(false);
optimizer.step();
new View(all).Freeze();

var plain = Linear(4, 2);
ref var same = ref plain;
ref var again = ref same;
var built = optim.SGD(plain.parameters(), 0.1);
again.SetTrainable(false);
built.step(); // FT3001

unsafe
{
    delegate*<Linear, int> freeze = &Freeze;
    Span<float> buffer = stackalloc float[4];
    fixed (float* start = buffer)
    {
        for (var i = start; i < start + sizeof(float); i++)
            *i = freeze(plain) + (int)(i - start);
    }

    var second = optim.SGD(plain.parameters(), 0.1);
    freeze(plain);
    second.step();
}

static ref Linear Last(Linear[] all) => ref all[^1];

static int Freeze(Linear net) => net.SetTrainable(false) is null ? 0 : 1;

static void Out(out Linear made, in Linear net, ref Linear other)
{
    made = net;
    ref var x = ref other;
    ref var y = ref x;
    other = ref y;
    (x, y) = (y, x);
}

internal readonly ref struct View(Span<Linear> layers)
{
    private readonly Span<Linear> layers = layers;

    public void Freeze()
    {
        foreach (ref readonly var layer in layers)
        {
            var optimizer = optim.SGD(layer.parameters(), 0.1);
            layer.SetTrainable(false);
            optimizer.step();
        }
    }
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
