namespace FineTune.Tests;

/// <summary>Output that interrupts the program once it has said something.</summary>
internal sealed class Interrupting(string line, CancellationTokenSource cancellation) : StringWriter
{
    public override void WriteLine(string? value)
    {
        base.WriteLine(value);
        if (value == line)
        {
            cancellation.Cancel();
        }
    }
}
