Console.WriteLine(Training.Run());
Console.WriteLine(Training.Race(TimeSpan.FromSeconds(3)));
