// Each test makes a compilation of its own, and nothing that they share changes; what draws random numbers runs alone.
[assembly: Parallelizable(ParallelScope.Fixtures)]
