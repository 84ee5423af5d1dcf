using Microsoft.CodeAnalysis;

namespace FineTune.Generators.Parsing;

/// <summary>Reads the arguments of attributes. What is absent, or is no valid value, is null.</summary>
internal static class AttributeValues
{
    /// <summary>The learning rate that is the attribute's first argument.</summary>
    public static double? Rate(this AttributeData attribute) =>
        attribute.ConstructorArguments.IsEmpty ? null : Finite(attribute.ConstructorArguments[0]);

    /// <summary>A learning rate that is stated by name.</summary>
    public static double? RateNamed(this AttributeData attribute, string name) =>
        Named(attribute, name) is { } argument ? Finite(argument) : null;

    /// <summary>The integer that is the attribute's first argument.</summary>
    public static int? Integer(this AttributeData attribute) =>
        attribute.ConstructorArguments.IsEmpty || attribute.ConstructorArguments[0].Kind != TypedConstantKind.Primitive
            ? null
            : attribute.ConstructorArguments[0].Value as int?;

    /// <summary>The text that is the attribute's first argument.</summary>
    public static string? Text(this AttributeData attribute) =>
        attribute.ConstructorArguments.IsEmpty || attribute.ConstructorArguments[0].Kind != TypedConstantKind.Primitive
            ? null
            : attribute.ConstructorArguments[0].Value as string;

    /// <summary>The strings that are the attribute's arguments.</summary>
    public static IEnumerable<string> Strings(this AttributeData attribute) =>
        attribute.ConstructorArguments.IsEmpty
        || attribute.ConstructorArguments[0] is not { Kind: TypedConstantKind.Array, IsNull: false } array
            ? []
            : array
                .Values.Select(static value => value.Kind == TypedConstantKind.Primitive ? value.Value as string : null)
                .OfType<string>();

    /// <summary>The name of the enum member that is stated by name.</summary>
    public static string? EnumNamed(this AttributeData attribute, string name)
    {
        if (Named(attribute, name) is not { Kind: TypedConstantKind.Enum, Type: { } type } argument)
        {
            return null;
        }

        return type.GetMembers().OfType<IFieldSymbol>()
            .FirstOrDefault(field => field.HasConstantValue && Equals(field.ConstantValue, argument.Value))?.Name;
    }

    private static TypedConstant? Named(AttributeData attribute, string name)
    {
        foreach (var pair in attribute.NamedArguments)
        {
            if (pair.Key == name)
            {
                return pair.Value;
            }
        }

        return null;
    }

    // NaN stands for "not stated"; an infinite rate has no literal, and an analyzer refuses it.
    private static double? Finite(TypedConstant argument)
    {
        if (argument.Kind != TypedConstantKind.Primitive || argument.Value is not double value)
        {
            return null;
        }

        return double.IsNaN(value) || double.IsInfinity(value) ? null : value;
    }
}
