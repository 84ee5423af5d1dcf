using System.Runtime.InteropServices;
using FineTune;
using FineTune.Tests;
using FineTune.Tests.Models;
using TorchSharp;

// The child process of tests: trains with backups until it is done, stopped or killed, and says what came out.
if (args is not ["train", var folder, .. var how])
{
    Console.Error.WriteLine("Usage: train FOLDER [HOW [BATCH]] (the tests themselves are run by 'dotnet test').");
    return ChildTraining.Misused;
}

torch.set_num_threads(1);
using var interruption = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
Console.WriteLine("ready");
try
{
    var result = how is [var what, .. var batch]
        ? ChildTraining.Run(folder, what, batch is [var number] ? int.Parse(number) : 0, interruption.Token)
        : TwoPhases.Train(folder);
    Console.WriteLine(result);
    return result is null ? ChildTraining.Stopped : 0;
}
catch (FineTuneException exception)
{
    Console.WriteLine(exception.Message);
    return ChildTraining.Failed;
}

void Stop(PosixSignalContext context)
{
    // The process goes on until the step under way is done and its state is on the disk.
    context.Cancel = true;
    interruption.Cancel();
}
