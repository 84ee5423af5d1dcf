return TextSentiment.CommandLine.Run(args, Console.Out, Console.Error);
