using FineTune.Data;
using FineTune.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Tests;

public sealed class CsvDatasetTests
{
    private readonly TemporaryFolder folder = new();

    [OneTimeTearDown]
    public void Dispose() => folder.Dispose();

    [Test]
    public void Rows_are_numbers_and_a_class()
    {
        var data = Load("length,width,species\n5.1,3.5,setosa\n-7e-1,0,virginica\n4,2.5,setosa\n");

        Assert.Multiple(() =>
        {
            Assert.That(data.Count, Is.EqualTo(3));
            Assert.That(data.FeatureNames, Is.EqualTo(new[] { "length", "width" }));
            Assert.That(data.Classes, Is.EqualTo(new[] { "setosa", "virginica" }));
            Assert.That(Values(data, 1), Is.EqualTo(new[] { -0.7f, 0 }));
            Assert.That(data.Read(1, new Random(0)).Target.ToInt64(), Is.EqualTo(1));
            Assert.That(data.Read(0, new Random(0)).Target.dtype, Is.EqualTo(ScalarType.Int64));
            Assert.That(data.ClassOf(2), Is.Zero);
        });
    }

    [Test]
    public void A_target_of_numbers_is_a_number_unless_it_is_said_to_be_a_class()
    {
        const string table = "a,b\n1,10\n2,2.5\n";

        Assert.That(Load(table).Read(1, new Random(0)).Target.ToSingle(), Is.EqualTo(2.5f));
        Assert.That(Load(table).Classes, Is.Empty);
        Assert.That(Load(table, new() { TargetIsClass = true }).Classes, Is.EqualTo(new[] { "10", "2.5" }));
    }

    [Test]
    public void Columns_and_classes_can_be_chosen()
    {
        var data = Load(
            "y;a;b;c\nno;1;2;3\nyes;4;5;6\n",
            new()
            {
                Separator = ';',
                Target = "y",
                Features = ["c", "a"],
                Classes = ["yes", "no"],
            });

        Assert.That(Values(data, 1), Is.EqualTo(new[] { 6f, 4 }));
        Assert.That(data.ClassOf(0), Is.EqualTo(1));
    }

    [Test]
    public void Quotes_line_ends_and_empty_lines_are_those_of_the_standard()
    {
        var data = Load("\"a, \"\"b\"\"\",\"kind\nof\"\r\n1,\"x\"\"y\"\r\n\r\n2,\"p\nq\"\r\n3,\"\"");

        Assert.That(data.FeatureNames, Is.EqualTo(new[] { "a, \"b\"" }));
        Assert.That(data.Classes, Is.EqualTo(new[] { "", "p\nq", "x\"y" }));
        Assert.That(Enumerable.Range(0, 3).Select(index => Values(data, index)[0]), Is.EqualTo(new[] { 1f, 2, 3 }));
        Assert.That(data.Describe(1), Does.EndWith("line 5"));
    }

    [TestCase("a,b\n1,2,3\n", "line 2 has 3 fields; expected 2")]
    [TestCase("a,b\nx,2\n", "line 2 has 'x' in the column 'a'; expected a finite number")]
    [TestCase("a,b\n,2\n", "line 2 has '' in the column 'a'")]
    [TestCase("a,b\ninfinity,2\n", "has 'infinity' in the column 'a'")]
    public void A_damaged_row_is_named_by_line_and_column(string table, string message) =>
        Assert.That(() => Load(table).Read(0, new Random(0)), Throws.TypeOf<DamagedSampleException>().With.Message.Contains(message));

    [Test]
    public void A_class_that_is_not_among_the_given_is_a_damaged_row() =>
        Assert.That(() => Load("a,b\n1,z\n", new() { Classes = ["x", "y"] }).Read(0, new Random(0)),
            Throws.TypeOf<DamagedSampleException>().With.Message.Contains("is of the class 'z'; expected one of x, y"));

    [TestCase("", "no line")]
    [TestCase("a,b\n", "one line only")]
    [TestCase("a\n1\n", "no column besides the target")]
    public void A_table_that_is_none_is_named(string table, string message) =>
        Assert.That(() => Load(table), Throws.TypeOf<FineTuneException>().With.Message.Contains(message));

    [Test]
    public void A_column_that_is_missing_is_named_with_those_that_are_there() =>
        Assert.That(
            () => Load("a,b\n1,2\n", new() { Target = "c" }),
            Throws.TypeOf<FineTuneException>().With.Message.Contains("no column 'c'; it has a, b"));

    [Test]
    public void A_file_that_is_missing_is_named() =>
        Assert.That(() => CsvDataset.Load(folder["missing.csv"]), Throws.TypeOf<FineTuneException>().With.Message.Contains("missing.csv"));

    [Test]
    public void A_model_trains_on_it()
    {
        var random = new Random(3);
        var rows = Enumerable
            .Range(0, 60)
            .Select(_ => Enumerable.Range(0, 4).Select(_ => random.NextDouble() - 0.5).ToArray())
            .Select(row =>
                string.Join(
                    ',',
                    row.Select(value => value.ToString(System.Globalization.CultureInfo.InvariantCulture))
                        .Append(row.Sum() > 0 ? "above" : "below")));
        var (train, validation) = ClassifiedSubset.Split(Load(string.Join('\n', rows.Prepend("a,b,c,d,side"))));
        using var model = Mlp.Seeded(outputs: 2);
        model.UnfreezeBackbone();

        var history = model
            .Compile(
                Optimizers.Adam(0.05),
                Losses.CategoricalCrossEntropy(classWeights: ClassWeights.Balanced(train)),
                Metrics.CategoricalAccuracy())
            .Fit(train, Toy.Quiet with { Epochs = 20, BatchSize = 8, ValidationData = validation });

        Assert.That(history["val_accuracy"].Max(), Is.GreaterThan(0.8));
    }

    private static float[] Values(CsvDataset data, int index) => Toy.Values(data.Read(index, new Random(0)).Input);

    private CsvDataset Load(string table, CsvOptions? options = null)
    {
        var path = folder[$"{Guid.NewGuid():N}.csv"];
        File.WriteAllText(path, table);
        return CsvDataset.Load(path, options);
    }
}
