using FineTune.Tests.Models;
using TorchSharp;

// The child process of KillTests: trains with backups until it is done or killed, and says what came out.
if (args is not ["train", var folder])
{
    Console.Error.WriteLine("Usage: train FOLDER (the tests themselves are run by 'dotnet test').");
    return 2;
}

torch.set_num_threads(1);
Console.WriteLine("ready");
Console.WriteLine(TwoPhases.Train(folder));
return 0;
