namespace System.Diagnostics.CodeAnalysis;

/// <summary>Absent from netstandard2.0: says that a parameter is not null where the method returns the value.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class NotNullWhenAttribute(bool returnValue) : Attribute
{
    public bool ReturnValue { get; } = returnValue;
}
