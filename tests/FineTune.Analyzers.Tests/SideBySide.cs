// Each test makes a compilation of its own, and nothing that they share changes.
[assembly: Parallelizable(ParallelScope.Fixtures)]
