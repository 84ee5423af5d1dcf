using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace FineTune.Tests;

public sealed class FrameworkTests
{
    [Test]
    public void Tests_run_on_the_framework_that_they_are_built_for()
    {
        var built = new FrameworkName(typeof(FrameworkTests).Assembly.GetCustomAttribute<TargetFrameworkAttribute>()!.FrameworkName);
        Assert.That(RuntimeInformation.FrameworkDescription, Does.StartWith($".NET {built.Version.Major}."));
        Assert.That(
            typeof(IFineTunable).Assembly.GetCustomAttribute<TargetFrameworkAttribute>()!.FrameworkName,
            Is.EqualTo(built.FullName));
    }
}
