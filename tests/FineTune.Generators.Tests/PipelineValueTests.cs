using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using FineTune.Generators.Model;
using Microsoft.CodeAnalysis;

namespace FineTune.Generators.Tests;

/// <summary>
/// What the pipeline carries from step to step: values that are equal when they say the same, and hold no compilation alive.
/// </summary>
public sealed class PipelineValueTests
{
    private static readonly Type[] Banned =
    [
        typeof(Compilation),
        typeof(ISymbol),
        typeof(SyntaxNode),
        typeof(SyntaxTree),
        typeof(SemanticModel),
        typeof(Location),
        typeof(AttributeData),
        typeof(IOperation),
        typeof(SyntaxReference),
    ];

    [TestCaseSource(typeof(Sources), nameof(Sources.Names))]
    public void Steps_hold_nothing_of_the_compilation(string name)
    {
        var run = GeneratorRun.Over(Sources.All[name]);

        foreach (var step in TrackingNames.All)
        {
            var outputs = run.Result.Results[0].TrackedSteps[step].SelectMany(tracked => tracked.Outputs).ToList();
            Assert.That(outputs, Is.Not.Empty);
            foreach (var (value, _) in outputs)
            {
                Walk(value, step, new(ReferenceEqualityComparer.Instance));
            }
        }
    }

    [TestCaseSource(typeof(Sources), nameof(Sources.Names))]
    public void Equivalent_sources_give_equal_values(string name)
    {
        var value = Parsed(Sources.All[name]);
        var again = Parsed(Sources.All[name].Replace("[", "/* moved */ [").Replace("\n", "\r\n"));

        Assert.That(again, Is.EqualTo(value));
        Assert.That(again.GetHashCode(), Is.EqualTo(value.GetHashCode()));
    }

    [Test]
    public void Any_property_that_changes_makes_a_value_unequal()
    {
        var value = Parsed(Sources.EveryAttribute);
        var stages = Parsed(Sources.OwnBackbone).Components[0].Stages!;
        object[] records = [value, value.Base, value.Components[0], value.Unfreezing!, stages, stages.Fields[0]];

        Assert.Multiple(() =>
        {
            foreach (var record in records)
            {
                foreach (var property in record.GetType().GetProperties().Where(property => property.CanWrite))
                {
                    var copy = record.GetType().GetMethod("<Clone>$")!.Invoke(record, [])!;
                    Assert.That(copy, Is.EqualTo(record));
                    property.SetValue(copy, Other(property.GetValue(record), property.PropertyType));
                    Assert.That(copy, Is.Not.EqualTo(record), $"{record.GetType().Name}.{property.Name}");
                }
            }
        });
    }

    [Test]
    public void Arrays_are_equal_by_their_elements()
    {
        var items = new EquatableArray<string>(["a", "b"]);

        Assert.That(items, Is.EqualTo(new EquatableArray<string>(["a", "b"])));
        Assert.That(items.Equals(new EquatableArray<string>(["b", "a"])), Is.False);
        Assert.That(items.Equals(default), Is.False);
        Assert.That(default(EquatableArray<string>).Equals(new([])), Is.True);
    }

    private static AnnotatedClass Parsed(string source) =>
        (AnnotatedClass)GeneratorRun.Over(source).Result.Results[0].TrackedSteps[TrackingNames.Classes][0].Outputs[0].Value;

    private static object? Other(object? value, Type type) =>
        value switch
        {
            string text => text + "x",
            bool flag => !flag,
            int number => number + 1,
            double number => number + 1,
            Enum => Enum.GetValues(value.GetType()).Cast<object>().First(other => !other.Equals(value)),
            null when type == typeof(string) => "x",
            null => Nullable.GetUnderlyingType(type) is { } underlying
                ? Activator.CreateInstance(underlying)
                : RuntimeHelpers.GetUninitializedObject(type),
            not null when type.IsValueType => value.Equals(Activator.CreateInstance(type)) ? One(type) : Activator.CreateInstance(type),
            _ => null,
        };

    private static object One(Type arrayType) =>
        Activator.CreateInstance(arrayType, (object)Array.CreateInstance(arrayType.GetGenericArguments()[0], 1))!;

    private static void Walk(object? value, string path, HashSet<object> seen)
    {
        if (value is null || value is string || value.GetType().IsPrimitive || value.GetType().IsEnum || !seen.Add(value))
        {
            return;
        }

        Assert.That(Banned.FirstOrDefault(type => type.IsInstanceOfType(value)), Is.Null, $"{path} holds a {value.GetType()}");

        if (value is IEnumerable elements)
        {
            foreach (var element in elements)
            {
                Walk(element, path + "[]", seen);
            }
        }

        for (var type = value.GetType(); type is not null; type = type.BaseType)
        {
            foreach (var field in type.GetFields(
                    BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                Walk(field.GetValue(value), $"{path}.{field.Name}", seen);
            }
        }
    }
}
