using System;
using System.Diagnostics;
using System.Reflection;
using TorchSharp;

// The native library works, and the managed one is the one that runs here.
var modes = typeof(torch).Assembly.GetCustomAttribute<DebuggableAttribute>()?.DebuggingFlags;
Console.WriteLine($"sum {torch.ones(2, 3).sum().item<float>()}, modes 0x{(int?)modes:X}");
