using NUnit.Framework;

public sealed class TrainingTests
{
    [Test]
    public void Trains() => Assert.That(Training.Run(), Does.Contain("frozen: False."));

    [Test]
    public void Survives() => Assert.That(Training.Race(TimeSpan.FromSeconds(3)), Is.EqualTo("Right to the end."));
}
