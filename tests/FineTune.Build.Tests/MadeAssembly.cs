using System.Diagnostics;
using System.Reflection;
using System.Reflection.Emit;

namespace FineTune.Build.Tests;

/// <summary>An assembly of two kilobytes with a name, a version and a <c>DebuggableAttribute</c>.</summary>
internal static class MadeAssembly
{
    public static byte[] Create(string name = "TorchSharp", string version = "0.107.0.0", params object[] arguments)
    {
        if (arguments is [])
            arguments = [DebuggableAttribute.DebuggingModes.IgnoreSymbolStoreSequencePoints];
        var constructor = typeof(DebuggableAttribute).GetConstructor([.. arguments.Select(argument => argument.GetType())])!;
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(name) { Version = new Version(version) }, typeof(object).Assembly);
        assembly.DefineDynamicModule(name).DefineType("Made", TypeAttributes.Public).CreateType();
        assembly.SetCustomAttribute(new CustomAttributeBuilder(typeof(ObsoleteAttribute).GetConstructor([typeof(string)])!, ["before it"]));
        assembly.SetCustomAttribute(new CustomAttributeBuilder(constructor, arguments));
        using var stream = new MemoryStream();
        assembly.Save(stream);
        return stream.ToArray();
    }
}
