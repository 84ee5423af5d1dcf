using System.Diagnostics;
using System.Reflection;
using System.Reflection.Emit;
using TorchSharp;

namespace FineTune.Tests;

public sealed class ArgumentLifetimesTests
{
    [Test]
    public void TorchSharp_is_mended_by_the_build_of_this_project()
    {
        Assert.That(ArgumentLifetimes.AreKept(typeof(torch).Assembly), Is.True);
        Assert.That(ArgumentLifetimes.WarningFor(workers: 2), Is.Null);
    }

    [TestCase("0.107.0.0", DebuggableAttribute.DebuggingModes.IgnoreSymbolStoreSequencePoints, false, TestName = "As it is in the package")]
    [TestCase("0.107.0.0", DebuggableAttribute.DebuggingModes.DisableOptimizations, true, TestName = "Mended")]
    [TestCase(
        "0.108.0.0",
        DebuggableAttribute.DebuggingModes.IgnoreSymbolStoreSequencePoints,
        true,
        TestName = "A version that is not known to need it")]
    public void An_optimized_TorchSharp_of_the_known_version_does_not_keep_its_arguments(
        string version,
        DebuggableAttribute.DebuggingModes modes,
        bool keeps)
    {
        var attribute = new CustomAttributeBuilder(
            typeof(DebuggableAttribute).GetConstructor([typeof(DebuggableAttribute.DebuggingModes)])!,
            [modes]);
        var assembly = AssemblyBuilder.DefineDynamicAssembly(
            new AssemblyName("TorchSharp") { Version = Version.Parse(version) }, AssemblyBuilderAccess.RunAndCollect, [attribute]);

        Assert.That(ArgumentLifetimes.AreKept(assembly), Is.EqualTo(keeps));
    }
}
