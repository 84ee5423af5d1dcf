using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// Interpolated strings with own handlers, raw and UTF-8 strings, dynamic, nameof, typeof, attributes, caller arguments.
var net = Linear(4, 2);
var optimizer = optim.SGD(net.parameters(), 0.1);
Log.Write(net.training, $"{net.GetName(),-8} {optimizer.step():F3} {(net.bias is null ? "none" : $"{net.bias.shape[0]:D}")}");
dynamic late = net;
late.SetTrainable(false);
Console.WriteLine($$"""{{late.weight}} {{{nameof(net)}}} {{typeof(Linear).Name}} {{"layer"u8.Length()}}""");
optimizer.step();

var plain = Linear(4, 2);
var built = optim.SGD(plain.parameters(), 0.1);
Log.Write(true, $"{Freeze(plain)}");
built.step(); // FT3001

[Obsolete("kept for " + nameof(Linear))]
static int Freeze(Linear net, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(net))] string? name = null)
{
    net.SetTrainable(false);
    return name?.Length ?? default;
}

internal static class Log
{
    public static int Length(this ReadOnlySpan<byte> text) => text.Length;

    public static void Write(
        bool enabled,
        [System.Runtime.CompilerServices.InterpolatedStringHandlerArgument(nameof(enabled))] Text text) => Console.WriteLine(text.Length);
}

[System.Runtime.CompilerServices.InterpolatedStringHandler]
internal ref struct Text(int literals, int holes, bool enabled, out bool isEnabled)
{
    private readonly bool enabled = isEnabled = enabled;

    public int Length { get; private set; } = literals + holes;

    public bool AppendLiteral(string text) => enabled && (Length += text.Length) > 0;

    public bool AppendFormatted<T>(T value, int alignment = 0, string? format = null) =>
        (Length += value?.ToString()?.Length ?? alignment) > 0;
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
