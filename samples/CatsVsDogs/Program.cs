return CatsVsDogs.CommandLine.Run(args, Console.Out, Console.Error);
