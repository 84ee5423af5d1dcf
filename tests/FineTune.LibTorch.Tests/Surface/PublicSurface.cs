using System.Reflection;
using System.Runtime.CompilerServices;

namespace FineTune.LibTorch.Tests.Surface;

/// <summary>The public members of an assembly, spelt as surface.txt spells them.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
        [typeof(char)] = "char",
    };

    /// <summary>The name of a type with its namespace and the types around it: "TorchSharp.torch.nn.Module&lt;T,TResult&gt;".</summary>
    public static string FullName(Type type)
    {
        Type[] arguments = type.GetGenericArguments();
        int outer = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        string name = type.Name.Split('`')[0];
        if (arguments.Length > outer) name += "<" + string.Join(',', arguments.Skip(outer).Select(argument => argument.Name)) + ">";
        return (type.DeclaringType is { } parent ? FullName(parent) : type.Namespace) + "." + name;
    }

    /// <param name="overridden">Whether members that override another count.</param>
    public static IEnumerable<string> Members(Type type, bool overridden = false)
    {
        if (type.IsEnum) return ["ENUM " + string.Join(',', Enum.GetNames(type))];
        return new[] { "TYPE" }.Concat(type.GetMembers(Declared).Select(member => Member(member, overridden)).OfType<string>());
    }

    private static string? Member(MemberInfo member, bool overridden) => member switch
    {
        ConstructorInfo { IsStatic: false } constructor when !IsImplicit(constructor) => $"ctor({Parameters(constructor)})",
        FieldInfo field => (field.IsStatic ? "static " : "") + "value " + field.Name,
        PropertyInfo property when property.GetIndexParameters().Length > 0 => $"this[{Parameters(property.GetMethod!)}]",
        PropertyInfo property => (property.GetMethod!.IsStatic ? "static " : "") + "value " + property.Name,
        MethodInfo { Name: "op_Implicit" or "op_Explicit" } cast => $"{cast.Name[3..].ToLowerInvariant()} {Name(cast.ReturnType)}({Parameters(cast)})",
        MethodInfo { IsSpecialName: true, IsStatic: true } op when Operator(op.Name) is { } sign => $"operator {sign}({Parameters(op)})",
        MethodInfo { IsSpecialName: false } method when overridden || method.GetBaseDefinition() == method => $"{(method.IsStatic ? "static " : "")}{method.Name}({Parameters(method)})",
        _ => null,
    };

    /// <summary>A constructor without parameters, which the lists leave out where the source does.</summary>
    private static bool IsImplicit(ConstructorInfo constructor) => constructor.GetParameters().Length == 0;

    private static string Parameters(MethodBase method) =>
        string.Join(',', method.GetParameters().Select(parameter => (parameter.ParameterType.IsByRef ? "ref " : "") + Name(parameter.ParameterType)));

    private static string Name(Type type)
    {
        if (type.IsByRef) return Name(type.GetElementType()!);
        if (type.IsArray) return Name(type.GetElementType()!) + "[" + new string(',', type.GetArrayRank() - 1) + "]";
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Name(underlying);
        if (Keywords.TryGetValue(type, out string? keyword)) return keyword;
        if (!type.IsGenericType) return type.Name;
        string arguments = string.Join(',', type.GetGenericArguments().Select(Name));
        return typeof(ITuple).IsAssignableFrom(type) ? $"({arguments})" : $"{type.Name.Split('`')[0]}<{arguments}>";
    }

    private static string? Operator(string name) => name switch
    {
        "op_Addition" => "+",
        "op_Subtraction" or "op_UnaryNegation" => "-",
        "op_Multiply" => "*",
        "op_Division" => "/",
        "op_Modulus" => "%",
        "op_Equality" => "==",
        "op_Inequality" => "!=",
        "op_LessThan" => "<",
        "op_LessThanOrEqual" => "<=",
        "op_GreaterThan" => ">",
        "op_GreaterThanOrEqual" => ">=",
        "op_BitwiseAnd" => "&",
        "op_BitwiseOr" => "|",
        "op_ExclusiveOr" => "^",
        "op_OnesComplement" => "~",
        _ => null,
    };
}
