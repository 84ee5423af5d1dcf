using System.Diagnostics;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;

namespace FineTune.Build.Tests;

/// <summary>The flags of the managed library and of its methods.</summary>
public sealed class ArgumentLifetimesTests
{
    private const DebuggableAttribute.DebuggingModes Optimized = DebuggableAttribute.DebuggingModes.IgnoreSymbolStoreSequencePoints;

    private const DebuggableAttribute.DebuggingModes NotOptimized =
        Optimized | DebuggableAttribute.DebuggingModes.Default | DebuggableAttribute.DebuggingModes.DisableOptimizations;

    [Test]
    public void Assembly_and_methods_turn_optimizations_off()
    {
        var content = MadeAssembly.Create();
        Assert.That(Modes(content), Is.EqualTo(Optimized));
        Assert.That(ArgumentLifetimes.Extend(content), Is.True);
        Assert.That(Modes(content), Is.EqualTo(NotOptimized));
        Assert.That(Methods(content), Is.EquivalentTo(new[]
        {
            (".ctor", true, MethodImplAttributes.NoOptimization),
            ("WithBody", true, MethodImplAttributes.NoOptimization),
            ("Native", false, MethodImplAttributes.PreserveSig),
        }));
        AssertLeftAlone(content, "already so");
    }

    [Test]
    public void Another_assembly_is_left_alone()
    {
        AssertLeftAlone(MadeAssembly.Create("TorchVision"), "another name");
        AssertLeftAlone(MadeAssembly.Create(version: "0.106.0.0"), "an earlier version");
        AssertLeftAlone(MadeAssembly.Create(version: "0.108.0.0"), "a later version");
        AssertLeftAlone(MadeAssembly.Create(arguments: [DebuggableAttribute.DebuggingModes.Default]), "other modes");
        AssertLeftAlone(MadeAssembly.Create(arguments: [false, false]), "the other constructor");
    }

    [Test]
    public void Another_format_is_left_alone()
    {
        AssertLeftAlone([], "nothing");
        AssertLeftAlone(new byte[4096], "zeros");
        AssertLeftAlone(new MadeElf().Content, "a native library");
    }

    [Test]
    public void Truncated_file_is_left_alone()
    {
        var whole = MadeAssembly.Create();
        for (var length = 0; length < whole.Length; length++)
        {
            AssertLeftAlone(whole[..length], $"{length} bytes");
        }
    }

    [Test]
    public void Damaged_file_never_throws()
    {
        var whole = MadeAssembly.Create();
        for (var i = 0; i < whole.Length; i++)
        {
            foreach (var value in new byte[] { 0x00, 0x7F, 0x80, 0xFF })
            {
                var content = (byte[])whole.Clone();
                content[i] = value;
                Assert.That(() => ArgumentLifetimes.Extend(content), Throws.Nothing, $"byte {i} as {value}");
            }
        }
    }

    [Test]
    public void Assembly_of_the_package_changes_in_its_flags_alone_and_loads()
    {
        var before = File.ReadAllBytes(TorchSharpPackage.Assembly);
        var content = (byte[])before.Clone();
        Assert.That(ArgumentLifetimes.Extend(content), Is.True);
        Assert.That(Modes(content), Is.EqualTo(NotOptimized));
        var methods = Methods(content);
        Assert.That(methods.Where(method => method.Flags.HasFlag(MethodImplAttributes.NoOptimization) != method.HasBody), Is.Empty);
        var changed = Enumerable.Range(0, content.Length).Count(i => content[i] != before[i]);
        Assert.That(
            changed,
            Is.EqualTo(2 + methods.Count(method => method.HasBody)),
            "a byte for each method that has a body, and two of the attribute");

        var context = new AssemblyLoadContext("mended", isCollectible: true);
        try
        {
            var loaded = context.LoadFromStream(new MemoryStream(content));
            Assert.That(loaded.GetType("TorchSharp.torch+Tensor", throwOnError: true)!.GetMethods(), Is.Not.Empty);
        }
        finally
        {
            context.Unload();
        }

        foreach (var length in new[] { 0, 1, 64, 512, 4096, before.Length / 2, before.Length - 20_000, before.Length - 1 })
        {
            AssertLeftAlone(before[..length], $"{length} bytes");
        }
    }

    private static DebuggableAttribute.DebuggingModes Modes(byte[] assembly)
    {
        using var file = new PEReader(new MemoryStream(assembly));
        var metadata = file.GetMetadataReader();
        var modes = metadata
            .GetAssemblyDefinition()
            .GetCustomAttributes()
            .Select(metadata.GetCustomAttribute)
            .Single(attribute =>
                attribute.Constructor.Kind == HandleKind.MemberReference
                && metadata.GetString(
                    metadata
                        .GetTypeReference(
                            (TypeReferenceHandle)metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent)
                        .Name) == nameof(DebuggableAttribute));
        var arguments = metadata.GetBlobReader(modes.Value);
        Assert.That(arguments.ReadUInt16(), Is.EqualTo(1), "the prolog");
        return (DebuggableAttribute.DebuggingModes)arguments.ReadInt32();
    }

    private static (string Name, bool HasBody, MethodImplAttributes Flags)[] Methods(byte[] assembly)
    {
        using var file = new PEReader(new MemoryStream(assembly));
        var metadata = file.GetMetadataReader();
        return [.. metadata.MethodDefinitions.Select(metadata.GetMethodDefinition)
            .Select(method => (metadata.GetString(method.Name), method.RelativeVirtualAddress != 0, method.ImplAttributes))];
    }

    private static void AssertLeftAlone(byte[] content, string what)
    {
        var before = (byte[])content.Clone();
        Assert.That(ArgumentLifetimes.Extend(content), Is.False, what);
        Assert.That(content.AsSpan().SequenceEqual(before), Is.True, what);
    }
}
