using System.Diagnostics;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.InteropServices;

namespace FineTune.Build.Tests;

/// <summary>An assembly of two kilobytes with a name, a version a <c>DebuggableAttribute</c>, a method, and one without a body.</summary>
internal static class MadeAssembly
{
    public static byte[] Create(string name = "TorchSharp", string version = "0.107.0.0", params object[] arguments)
    {
        if (arguments is [])
        {
            arguments = [DebuggableAttribute.DebuggingModes.IgnoreSymbolStoreSequencePoints];
        }

        var constructor = typeof(DebuggableAttribute).GetConstructor([.. arguments.Select(argument => argument.GetType())])!;
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(name) { Version = new Version(version) }, typeof(object).Assembly);
        var type = assembly.DefineDynamicModule(name).DefineType("Made", TypeAttributes.Public);
        type.DefineMethod("WithBody", MethodAttributes.Public | MethodAttributes.Static).GetILGenerator().Emit(OpCodes.Ret);
        type.DefinePInvokeMethod("Native", "library", MethodAttributes.Public | MethodAttributes.Static, CallingConventions.Standard,
            typeof(void), [], CallingConvention.Cdecl, CharSet.Ansi).SetImplementationFlags(MethodImplAttributes.PreserveSig);
        type.CreateType();
        assembly.SetCustomAttribute(new CustomAttributeBuilder(typeof(ObsoleteAttribute).GetConstructor([typeof(string)])!, ["before it"]));
        assembly.SetCustomAttribute(new CustomAttributeBuilder(constructor, arguments));
        using var stream = new MemoryStream();
        assembly.Save(stream);
        return stream.ToArray();
    }
}
